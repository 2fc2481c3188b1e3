using System.Diagnostics.CodeAnalysis;

namespace PbxEvents;

/// <summary>
/// A queue as it stood at one moment: what the platform said of it since the connection was made, and nothing else. What a
/// platform does not tell is empty. Immutable.
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue, of callers.")]
public sealed record PbxQueue
{
    private readonly string? _name;
    private readonly string _queue = "";

    /// <summary>The queue's number, or the platform's id of it: what <see cref="PbxCall.Queue"/> holds.</summary>
    public required string Queue
    {
        get => _queue;
        init => _queue = VisibleText.OfValue(value);
    }

    /// <summary>The queue's name; null when neither an event nor the platform's directory told it.</summary>
    public string? Name
    {
        get => _name;
        init => _name = VisibleText.OfValue(value);
    }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The platform.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Who waits, the longest first.</summary>
    public IReadOnlyList<PbxQueueCaller> Waiting { get; init; } = [];

    /// <summary>The agents, by extension.</summary>
    public IReadOnlyList<PbxQueueAgent> Agents { get; init; } = [];

    /// <summary>Calls of this queue that a person has answered and that go on.</summary>
    public int Talking { get; init; }

    /// <summary>Calls of this queue that ended answered since the connection was made.</summary>
    public long Answered { get; init; }

    /// <summary>Calls of this queue that ended without an answer since the connection was made.</summary>
    public long Lost { get; init; }

    /// <summary>When it was last spoken of, by this machine's clock.</summary>
    public DateTimeOffset LastEventAt { get; init; }

    /// <summary>How many wait; null when neither the platform nor a call has told yet.</summary>
    public int? WaitingCount => IsCounted ? Waiting.Count : null;

    /// <summary>Since when the first in line waits; null when nobody does.</summary>
    public DateTimeOffset? WaitingSince => Waiting.Count == 0 ? null : Waiting[0].EnteredAt;

    /// <summary>True once something told who waits.</summary>
    internal bool IsCounted { get; init; }

    /// <summary>The queue in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Queue}{(Name is null ? "" : $" {Name}")}: {Waiting.Count} waiting";
}
