namespace PbxEvents.Simulator;

/// <summary>The faults that every simulated platform has. <see cref="PbxSimulator.FaultNames"/> adds the platform's own.</summary>
public static class SimulatorFaults
{
    /// <summary>Resets every connection (RST). Connecting again works at once.</summary>
    public const string Drop = "Drop";

    /// <summary>Every connection goes silent both ways, TCP stays up. New connections work.</summary>
    public const string HalfOpen = "HalfOpen";

    /// <summary>
    /// New connections are accepted and reset: for Duration, or the next Count of them. Default 5 s. Open connections stay.
    /// </summary>
    public const string Refuse = "Refuse";

    /// <summary>Every token that is out expires now.</summary>
    public const string ExpireToken = "ExpireToken";

    /// <summary>Every frame to a client is held back for Duration (default 1 s); zero ends it. Order is kept.</summary>
    public const string Delay = "Delay";

    /// <summary>The next Count events (default 1) are sent twice to each link.</summary>
    public const string Duplicate = "Duplicate";

    /// <summary>Sends the first Count kinds of garbage (default all) to every link: frames in order, contents not.</summary>
    public const string Malformed = "Malformed";

    /// <summary>Sends bytes that break the WebSocket protocol itself; a client can only end the link.</summary>
    public const string BrokenFraming = "BrokenFraming";

    /// <summary>The server goes away with all its sessions, for Duration (default 2 s), and comes back on the same port.</summary>
    public const string Restart = "Restart";

    /// <summary>The server goes away and does not come back. The simulator and its log stay.</summary>
    public const string Stop = "Stop";

    /// <summary>The next Count subscriptions (default 1) are neither confirmed nor refused nor served. Count 0 ends it.</summary>
    public const string SilentSubscribe = "SilentSubscribe";

    /// <summary>The next Count subscriptions (default 1) are confirmed Duration later (default 2 s).</summary>
    public const string LateSubscribe = "LateSubscribe";

    /// <summary>The next Count subscriptions (default 1) are refused, as far as the platform has a way to say so; else silence.</summary>
    public const string RefuseSubscribe = "RefuseSubscribe";

    /// <summary>Every HTTP request is answered with the platform's rate limit, for Duration (default 2 s) or the next Count of them.</summary>
    public const string RateLimit = "RateLimit";

    /// <summary>Platforms that serve call records: the right to see them is missing until the faults are cleared.</summary>
    public const string NoRecords = "NoRecords";

    /// <summary>Platforms that serve call records: a record is there Duration (default one minute) after its call's end; zero ends it.</summary>
    public const string LateRecords = "LateRecords";

    /// <summary>Those that every platform has.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Drop, HalfOpen, Refuse, ExpireToken, Delay, Duplicate, Malformed, BrokenFraming, Restart, Stop,
        SilentSubscribe, LateSubscribe, RefuseSubscribe, RateLimit,
    ];
}
