namespace PbxEvents;

/// <summary>How a service stands.</summary>
public enum PbxServiceState
{
    /// <summary>It is not installed on this machine: it was only shown, or is a file in another folder.</summary>
    NotInstalled,

    /// <summary>It does not run.</summary>
    Stopped,

    /// <summary>It starts, or waits until it is started again.</summary>
    Starting,

    /// <summary>It runs, connected and subscribed.</summary>
    Running,

    /// <summary>It has failed and is not started again.</summary>
    Failed,
}
