using System.Collections;
using System.Reflection;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>Compares two events in every field that there is, so that a new one cannot be forgotten.</summary>
internal static class SameEvent
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>What a reader builds for itself, and what is not kept of an error.</summary>
    private static readonly HashSet<string> Apart = ["DataCache", "StackTrace", "TargetSite", "InnerException", "HResult", "Source", "HelpLink", "Data", "EqualityContract"];

    /// <summary>The fields that differ; none for equal events.</summary>
    public static IReadOnlyList<string> Differences(PbxEvent expected, PbxEvent actual)
    {
        var differences = new List<string>();
        Compare(expected, actual, "", differences);
        return differences;
    }

    private static void Compare(object? expected, object? actual, string where, List<string> differences)
    {
        if (expected is null || actual is null)
        {
            if (!ReferenceEquals(expected, actual))
                differences.Add($"{where}: {expected ?? "null"} is {actual ?? "null"}");
        }
        else if (expected is ReadOnlyMemory<byte> bytes)
        {
            if (!bytes.Span.SequenceEqual(((ReadOnlyMemory<byte>)actual).Span))
                differences.Add($"{where}: other bytes");
        }
        else if (expected is IReadOnlyList<PbxEvent> events)
        {
            if (!events.Select(e => (e.Sequence, e.Id)).SequenceEqual(((IReadOnlyList<PbxEvent>)actual).Select(e => (e.Sequence, e.Id))))
                differences.Add($"{where}: {events.Count} are {((IReadOnlyList<PbxEvent>)actual).Count}");
        }
        else if (expected is IList list)
        {
            var other = (IList)actual;
            if (list.Count != other.Count)
                differences.Add($"{where}: {list.Count} are {other.Count}");
            for (var i = 0; i < Math.Min(list.Count, other.Count); i++)
                Compare(list[i], other[i], $"{where}[{i}]", differences);
        }
        else if (expected is DateTimeOffset time)
        {
            if (!time.EqualsExact((DateTimeOffset)actual))
                differences.Add($"{where}: {time:O} is {actual:O}");
        }
        else if (expected.GetType().Namespace == "PbxEvents" && !expected.GetType().IsEnum)
        {
            foreach (var property in expected.GetType().GetProperties(All).Where(p => p.GetIndexParameters().Length == 0 && !Apart.Contains(p.Name)))
                Compare(property.GetValue(expected), property.GetValue(actual), $"{where}.{property.Name}", differences);
        }
        else if (!expected.Equals(actual))
        {
            differences.Add($"{where}: {expected} is {actual}");
        }
    }
}
