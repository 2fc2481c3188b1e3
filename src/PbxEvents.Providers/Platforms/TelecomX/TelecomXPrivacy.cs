using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// Who must not be shown (telecomx.md section 7, point 7). Only legs say so; the queue's, recording's and voicemail's events name
/// the number all the same, so it is remembered by call, by leg and by number. Loop only.
/// </summary>
internal sealed class TelecomXPrivacy
{
    /// <summary>How long after its last mention a number counts as hidden in events that name no call (a voicemail is stored later).</summary>
    private static readonly TimeSpan NumberKept = TimeSpan.FromHours(1);

    private readonly RecentMap<Hidden> _bySession = new();
    private readonly RecentMap<DateTimeOffset> _numbers = new();

    /// <summary>What is hidden of a call; null for nothing.</summary>
    public Hidden? Of(string? session) => session is not null && _bySession.TryGet(session, out var hidden) ? hidden : null;

    /// <summary>Takes note that a party of a call must not be shown.</summary>
    public Hidden Hide(string session, bool caller, bool callee)
    {
        if (!_bySession.TryGet(session, out var hidden))
            _bySession.Add(session, hidden = new Hidden());
        hidden.Caller |= caller;
        hidden.Callee |= callee;
        return hidden;
    }

    /// <summary>Takes note of the number and the name that a call hides.</summary>
    public void Learn(Hidden hidden, string? number, string? name, DateTimeOffset now)
    {
        hidden.Number = number ?? hidden.Number;
        hidden.Name = name ?? hidden.Name;
        if (hidden.Number is { } known)
            _numbers.Set(known, now);
    }

    /// <summary>True for a number that a caller has hidden lately.</summary>
    public bool IsHidden(string? number, DateTimeOffset now) =>
        number is not null && _numbers.TryGet(number, out var since) && now - since < NumberKept;

    /// <summary>What must not be shown of a call.</summary>
    internal sealed class Hidden
    {
        public bool Caller { get; set; }

        public bool Callee { get; set; }

        /// <summary>The caller's number; null when no event has named it.</summary>
        public string? Number { get; set; }

        /// <summary>The caller's name; null when no event has named it.</summary>
        public string? Name { get; set; }
    }
}
