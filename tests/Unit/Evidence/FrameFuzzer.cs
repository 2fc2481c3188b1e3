using System.Text;
using System.Text.Json;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Makes frames that a broken or hostile server might send: good ones with a value, a name or some bytes changed, two of
/// them grown together, and ones made of nothing but the platform's own words. The same seed makes the same frames.
/// </summary>
internal sealed class FrameFuzzer
{
    private static readonly byte[][] OddValues = [.. new[]
    {
        "null", "true", "false", "0", "-1", "1e999", "-0.0", "99999999999999999999", "9223372036854775807", "2147483648", "1.5", "\"\"", "\" \"", "\"x\"",
        "[]", "{}", "[null]", "[[]]", "[{}]", "{\"a\":1}", "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"0000-00-00 00:00:00\"", "\"9999-99-99\"",
        "\"2147483648\"", "\"-9223372036854775808\"", "\"9223372036854775807\"", "\"253402300800\"", "\"1e99\"", "NaN", "'x'", "", "\"", "{", "]", "\"{\\\"a\\\":\"", "\"[]\"",
        "\"" + new string('x', 5000) + "\"", new string('[', 70) + new string(']', 70), new string('9', 400), "[\"\\ud800\"]", "{\"\\ud800\":1}", "\"\u00e6\u2028\"",
    }.Select(Encoding.UTF8.GetBytes)];

    private readonly Random _random;
    private readonly byte[][] _corpus;
    private readonly (int Start, int Length)[][] _spots;
    private readonly byte[][] _words;

    /// <param name="seed">What every choice comes from.</param>
    /// <param name="corpus">Good frames.</param>
    public FrameFuzzer(int seed, IEnumerable<string> corpus)
    {
        _random = new Random(seed);
        _corpus = [.. corpus.Select(Encoding.UTF8.GetBytes)];
        _spots = [.. _corpus.Select(FindSpots)];
        _words = [.. _corpus.Zip(_spots).SelectMany(c => c.Second.Where(s => s.Length < 80).Select(s => Encoding.UTF8.GetString(c.First, s.Start, s.Length)))
            .Distinct().Select(Encoding.UTF8.GetBytes), .. OddValues];
    }

    /// <summary>The source of every choice.</summary>
    public Random Random => _random;

    /// <summary>The next frame.</summary>
    public byte[] Next() => _random.Next(10) switch
    {
        < 5 => ReplaceSpots(),
        < 8 => ChangeBytes(),
        8 => Generate(),
        _ => GrowTogether(),
    };

    private static (int Start, int Length)[] FindSpots(byte[] json)
    {
        var spots = new List<(int, int)>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    open.Push(start);
                else if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                    spots.Add((open.Peek(), (int)reader.BytesConsumed - open.Pop()));
                else
                    spots.Add((start, reader.ValueSpan.Length + (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0)));
            }
        }
        catch (JsonException)
        {
            // A frame that is not JSON throughout has spots as far as it is.
        }
        return [.. spots];
    }

    private byte[] ReplaceSpots()
    {
        var index = _random.Next(_corpus.Length);
        var frame = _corpus[index];
        var spots = _spots[index];
        if (spots.Length == 0)
            return ChangeBytes();

        // From the back, so that the spots before stay where they are; one within another is left out.
        var end = frame.Length;
        foreach (var (start, length) in Enumerable.Range(0, _random.Next(1, 4)).Select(_ => spots[_random.Next(spots.Length)]).OrderByDescending(s => s.Start))
        {
            if (start + length > end)
                continue;
            var value = _random.Next(3) == 0 ? _words[_random.Next(_words.Length)] : OddValues[_random.Next(OddValues.Length)];
            frame = [.. frame[..start], .. value, .. frame[(start + length)..]];
            end = start;
        }
        return frame;
    }

    private byte[] ChangeBytes()
    {
        var frame = _corpus[_random.Next(_corpus.Length)].ToList();
        for (var i = _random.Next(1, 4); i > 0 && frame.Count > 0; i--)
        {
            var at = _random.Next(frame.Count);
            switch (_random.Next(5))
            {
                case 0:
                    frame[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    frame.Insert(at, (byte)_random.Next(256));
                    break;
                case 2:
                    frame.RemoveRange(at, Math.Min(_random.Next(20), frame.Count - at));
                    break;
                case 3:
                    frame.InsertRange(at, frame.GetRange(at, Math.Min(_random.Next(60), frame.Count - at)));
                    break;
                default:
                    frame.RemoveRange(at, frame.Count - at);
                    break;
            }
        }
        return [.. frame];
    }

    private byte[] GrowTogether()
    {
        var (first, second) = (_corpus[_random.Next(_corpus.Length)], _corpus[_random.Next(_corpus.Length)]);
        return [.. first[.._random.Next(first.Length + 1)], .. second[_random.Next(second.Length + 1)..]];
    }

    private byte[] Generate()
    {
        var output = new List<byte>();
        Write(0);
        return [.. output];

        void Write(int depth)
        {
            switch (_random.Next(depth > 4 ? 1 : 3))
            {
                case 0:
                    output.AddRange(_words[_random.Next(_words.Length)]);
                    break;
                case 1:
                    output.Add((byte)'[');
                    for (var i = _random.Next(4); i > 0; i--)
                    {
                        Write(depth + 1);
                        if (i > 1)
                            output.Add((byte)',');
                    }
                    output.Add((byte)']');
                    break;
                default:
                    output.Add((byte)'{');
                    for (var i = _random.Next(5); i > 0; i--)
                    {
                        var name = _words[_random.Next(_words.Length)];
                        output.AddRange(name is [(byte)'"', ..] ? name : "\"a\""u8.ToArray());
                        output.Add((byte)':');
                        Write(depth + 1);
                        if (i > 1)
                            output.Add((byte)',');
                    }
                    output.Add((byte)'}');
                    break;
            }
        }
    }
}
