using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The times and limits of ringcentral.md sections 2 to 6 and of history/ringcentral-history.md. Production uses <see cref="Default"/>; tests against a simulator
/// shrink them all alike.
/// </summary>
internal sealed record RingCentralTiming
{
    public static readonly RingCentralTiming Default = new();

    /// <summary>Section 6: exponential with jitter from 2 s to 60 s.</summary>
    public BackoffPolicy Backoff { get; init; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60)) { Shortest = TimeSpan.FromSeconds(0.5) };

    /// <summary>Section 3: the rate group of <c>wstoken</c> allows so many requests in <see cref="TokenWindow"/>.</summary>
    public int TokensPerWindow { get; init; } = 5;

    public TimeSpan TokenWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Section 3: the penalty when a 429 does not say how long; every request during it starts it again.</summary>
    public TimeSpan Penalty { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Section 2.3: the pause between tries of a refresh that got no proper answer.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Section 4: the first frame comes within this, or the link is of no use.</summary>
    public TimeSpan FirstFrame { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Section 5.4: a heartbeat goes out after so long without a frame (at least 30 s).</summary>
    public TimeSpan HeartbeatAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Section 5.4: no frame within this after a heartbeat means a dead link.</summary>
    public TimeSpan HeartbeatReply { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a reply to a subscription may take; the platform states none.</summary>
    public TimeSpan Reply { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long what was replayed over a process restart waits for the subscriptions of before.</summary>
    public TimeSpan Inherit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>When the call log is asked for after a gap (history/ringcentral-history.md section 6).</summary>
    public IReadOnlyList<TimeSpan> RecordAsks { get; init; } = [TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(15)];

    /// <summary>From one request for the call log to the next (history/ringcentral-history.md section 2): less than nine a minute of ten.</summary>
    public TimeSpan RecordPause { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>From one page of the directory to the next: the rate group Medium allows 40 a minute (history/directory.md).</summary>
    public TimeSpan DirectoryPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A call that ended so lately may get another record; the next asking tells it then.</summary>
    public TimeSpan RecordSettling { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause before the second try of a request for the call log; it doubles (history/ringcentral-history.md section 8).</summary>
    public TimeSpan RecordRetry { get; init; } = TimeSpan.FromSeconds(5);
}
