using System.Text;
using System.Text.Json;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>What a reader does with an event's JSON. One thread.</summary>
/// <param name="fields">The names of the two fields to look for.</param>
internal abstract class EventWork((string Name, string Call) fields)
{
    /// <summary>What was done, for the harness to judge.</summary>
    public abstract string Proof { get; }

    protected byte[] Name { get; } = Encoding.UTF8.GetBytes(fields.Name);

    protected byte[] Call { get; } = Encoding.UTF8.GetBytes(fields.Call);

    /// <summary>Does it.</summary>
    /// <param name="json">The event; the memory is used again afterwards.</param>
    public abstract void Take(ReadOnlyMemory<byte> json);
}

/// <summary>Reads two texts and keeps nothing.</summary>
/// <param name="fields">The names of the two fields to look for.</param>
/// <param name="usesDocument">True for JsonDocument, false for Utf8JsonReader.</param>
internal sealed class LookWork((string Name, string Call) fields, bool usesDocument) : EventWork(fields)
{
    private string? _lastCall;

    public override string Proof => _lastCall ?? "none";

    public override void Take(ReadOnlyMemory<byte> json)
    {
        var (_, call) = usesDocument ? EventDocument.Read(json, Name, Call) : EventTokens.Read(json.Span, Name, Call);
        _lastCall = call ?? _lastCall;
    }
}

/// <summary>Copies the payload, reads two texts and keeps an object in a ring: the least that a client with a buffer does.</summary>
/// <param name="fields">The names of the two fields to look for.</param>
internal sealed class KeepWork((string Name, string Call) fields) : EventWork(fields)
{
    private readonly KeptRing<byte[]> _ring = new();

    public override string Proof => _ring.Proof;

    public override void Take(ReadOnlyMemory<byte> json)
    {
        var payload = json.ToArray();
        var (name, call) = EventTokens.Read(payload, Name, Call);
        _ring.Add(name, call, payload);
    }
}

/// <summary>As <see cref="KeepWork"/>, with a JsonDocument that can be looked at later.</summary>
/// <param name="fields">The names of the two fields to look for.</param>
internal sealed class KeepDocumentWork((string Name, string Call) fields) : EventWork(fields)
{
    private readonly KeptRing<JsonDocument> _ring = new();

    public override string Proof => _ring.Proof;

    public override void Take(ReadOnlyMemory<byte> json)
    {
        // Not disposed when it leaves the ring: a script may still hold it, as it may hold an event of ours.
        var document = JsonDocument.Parse(json.ToArray());
        _ring.Add(EventDocument.Find(document.RootElement, Name), EventDocument.Find(document.RootElement, Call), document);
    }
}
