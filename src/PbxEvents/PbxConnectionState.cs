namespace PbxEvents;

/// <summary>The state of a connection.</summary>
public enum PbxConnectionState
{
    /// <summary>The first attempt is under way.</summary>
    Connecting,

    /// <summary>Authenticated, and every subscription is in place.</summary>
    Connected,

    /// <summary>The link was lost and is being restored.</summary>
    Reconnecting,

    /// <summary>Ended by an error that retrying cannot fix. See LastError.</summary>
    Faulted,

    /// <summary>Ended by the user.</summary>
    Disconnected,
}
