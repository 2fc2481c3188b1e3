using PbxEvents.Benchmarks.Load;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>An event as a peer keeps it: an object that a script could be given.</summary>
/// <typeparam name="T">What the peer has of the payload.</typeparam>
/// <param name="Name">The event's name.</param>
/// <param name="Call">The id of its call; null when it has none.</param>
/// <param name="Payload">The payload, so that it can be looked at later.</param>
internal sealed record KeptEvent<T>(string? Name, string? Call, T Payload);

/// <summary>The last events, as many as PbxEvents' own buffer holds. One thread adds; the proof is for after the last.</summary>
/// <typeparam name="T">What the peer has of the payload.</typeparam>
internal sealed class KeptRing<T>
{
    private readonly KeptEvent<T>?[] _places = new KeptEvent<T>?[Platform.BufferSize];
    private long _next;

    /// <summary>What is kept, for the harness to judge: LAST OLDEST KEPT CALLS.</summary>
    public string Proof
    {
        get
        {
            var oldest = Math.Max(0, _next - _places.Length);
            var kept = new List<KeptEvent<T>>();
            for (var i = oldest; i < _next; i++)
                kept.Add(_places[i % _places.Length]!);

            // An event without a name was not read.
            var calls = kept.Where(e => e.Call is not null).Select(e => e.Call).ToList();
            return calls.Count == 0 ? "none" : $"{calls[^1]} {calls[0]} {kept.Count(e => e.Name is not null)} {calls.Distinct().Count()}";
        }
    }

    public void Add(string? name, string? call, T payload) => _places[_next++ % _places.Length] = new KeptEvent<T>(name, call, payload);
}
