using System.Text;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>A field that a session looks for; see <see cref="FieldNames.Add"/>. Good for the <see cref="JsonFields"/> of the same names.</summary>
/// <param name="Slot">Its place.</param>
internal readonly record struct Field(int Slot);

/// <summary>
/// The names of the fields a session looks for, in a form that is quick to compare. Filled by static initializers, in the order of the
/// text; nobody adds a name once frames are read.
/// </summary>
internal sealed class FieldNames
{
    private byte[][] _names = [];
    private int[][] _byLength = [];

    /// <param name="names">Names to begin with.</param>
    public FieldNames(params string[] names)
    {
        foreach (var name in names)
            Add(name);
    }

    public int Count => _names.Length;

    /// <summary>Adds a name.</summary>
    /// <returns>What to ask for it with.</returns>
    public Field Add(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        _names = [.. _names, bytes];
        if (bytes.Length >= _byLength.Length)
        {
            var before = _byLength.Length;
            Array.Resize(ref _byLength, bytes.Length + 1);
            Array.Fill(_byLength, [], before, _byLength.Length - before);
        }
        _byLength[bytes.Length] = [.. _byLength[bytes.Length], _names.Length - 1];
        return new Field(_names.Length - 1);
    }

    /// <summary>The slot of the property name that the reader stands at; -1 when nobody looks for it.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            try
            {
                for (var i = 0; i < _names.Length; i++)
                {
                    if (reader.ValueTextEquals(_names[i]))
                        return i;
                }
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
        {
            if (name.SequenceEqual(_names[i]))
                return i;
        }
        return -1;
    }
}
