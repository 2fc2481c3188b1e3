using System.Collections;
using System.Reflection;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Looks into an object, and into everything of this project that it holds, for the largest collection.</summary>
internal static class GrowthProbe
{
    /// <summary>Finds it.</summary>
    /// <param name="root">Where to begin.</param>
    /// <param name="except">What is not looked into: the test's own recordings.</param>
    /// <returns>Its size, and the way to it.</returns>
    public static (int Count, string Path) LargestCollection(object root, object except)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance) { except };
        var largest = (Count: 0, Path: "");
        var waiting = new Stack<(object Object, string Path)>();
        waiting.Push((root, root.GetType().Name));
        while (waiting.TryPop(out var next))
        {
            if (!seen.Add(next.Object))
                continue;
            if (next.Object is ICollection collection)
                Consider(collection.Count);
            else if (next.Object is IEnumerable and not string)
                Consider(((IEnumerable)next.Object).Cast<object?>().Count());
            if (next.Object is IEnumerable items and not string and not Array { Length: > 100_000 })
            {
                foreach (var item in items)
                    Push(item, next.Path + "[]");
            }
            else
            {
                for (var type = next.Object.GetType(); type is not null && type != typeof(object); type = type.BaseType)
                {
                    foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                        Push(field.GetValue(next.Object), $"{next.Path}.{field.Name}");
                }
            }

            void Consider(int count)
            {
                if (count > largest.Count)
                    largest = (count, next.Path);
            }
        }
        return largest;

        void Push(object? value, string path)
        {
            var type = value?.GetType();
            if (type is null || value is string or Delegate or Type || type.IsPrimitive || type.IsEnum)
                return;
            if (value is IEnumerable || type.Namespace?.StartsWith("PbxEvents.Providers", StringComparison.Ordinal) == true
                || (type.IsGenericType && type.Name.StartsWith("KeyValuePair", StringComparison.Ordinal)))
            {
                waiting.Push((value!, path));
            }
        }
    }
}
