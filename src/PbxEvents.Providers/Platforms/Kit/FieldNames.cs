using System.Text;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>The names of the fields a session looks for, in a form that is quick to compare. Immutable.</summary>
internal sealed class FieldNames
{
    private readonly byte[][] _names;
    private readonly int[][] _byLength;

    /// <param name="names">The names; a field's slot is its place in this list.</param>
    public FieldNames(params string[] names)
    {
        _names = names.Select(Encoding.UTF8.GetBytes).ToArray();
        _byLength = new int[_names.Length == 0 ? 0 : _names.Max(n => n.Length) + 1][];
        for (var length = 0; length < _byLength.Length; length++)
            _byLength[length] = Enumerable.Range(0, _names.Length).Where(i => _names[i].Length == length).ToArray();
    }

    public int Count => _names.Length;

    /// <summary>The slot of the property name that the reader stands at; -1 when nobody looks for it.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            try
            {
                for (var i = 0; i < _names.Length; i++)
                    if (reader.ValueTextEquals(_names[i]))
                        return i;
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair: no name that anybody looks for.
            }
            return -1;
        }
        var name = reader.ValueSpan;
        if (name.Length >= _byLength.Length)
            return -1;
        foreach (var i in _byLength[name.Length])
            if (name.SequenceEqual(_names[i]))
                return i;
        return -1;
    }
}
