namespace PbxEvents.Simulator.Scenarios;

/// <summary>A machine that answers calls.</summary>
internal enum SystemKind
{
    /// <summary>A menu.</summary>
    Ivr,

    /// <summary>A queue's music.</summary>
    Queue,

    /// <summary>A voicemail box.</summary>
    Voicemail,
}

/// <summary>Why a leg or a call ended.</summary>
internal enum EndReason
{
    /// <summary>Hung up after an answer.</summary>
    Hangup,

    /// <summary>Rang too long.</summary>
    NoAnswer,

    /// <summary>The caller gave up before an answer.</summary>
    Cancelled,

    /// <summary>The callee is busy.</summary>
    Busy,

    /// <summary>The callee refused.</summary>
    Rejected,

    /// <summary>Another leg was answered.</summary>
    AnsweredElsewhere,

    /// <summary>The call was passed on.</summary>
    Transferred,

    /// <summary>The call was put into a park slot.</summary>
    Parked,

    /// <summary>The number does not exist.</summary>
    Failed,
}

/// <summary>How waiting in a queue ended.</summary>
internal enum QueueResult
{
    /// <summary>An agent answered.</summary>
    Answered,

    /// <summary>The caller gave up.</summary>
    Cancelled,
}

/// <summary>A person's presence.</summary>
internal enum PresenceKind
{
    /// <summary>At the desk.</summary>
    Available,

    /// <summary>Not to be disturbed.</summary>
    DoNotDisturb,

    /// <summary>Gone for a meal.</summary>
    Lunch,
}

/// <summary>An agent's state in a queue.</summary>
internal enum AgentKind
{
    /// <summary>Signed in and ready.</summary>
    LoggedIn,

    /// <summary>Signed in, on a break.</summary>
    Paused,

    /// <summary>Ready again.</summary>
    Ready,

    /// <summary>Signed out.</summary>
    LoggedOut,
}
