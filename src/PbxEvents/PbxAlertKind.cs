namespace PbxEvents;

/// <summary>What an alert is about.</summary>
public enum PbxAlertKind
{
    /// <summary>A connection is not connected.</summary>
    LinkDown,

    /// <summary>Nothing arrives on a connection that is connected.</summary>
    Silence,

    /// <summary>The platform has refused a subscription.</summary>
    SubscriptionRefused,

    /// <summary>A durable reaction, or the writer of a journal, is behind.</summary>
    Lag,

    /// <summary>A durable reaction has given up on events.</summary>
    DeadLetters,
}
