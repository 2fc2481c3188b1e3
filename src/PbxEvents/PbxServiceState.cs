namespace PbxEvents;

/// <summary>The state of a service.</summary>
public enum PbxServiceState
{
    /// <summary>It is not installed on this machine: it was only shown, or is a file in another folder.</summary>
    NotInstalled,

    /// <summary>It does not run.</summary>
    Stopped,

    /// <summary>It is starting, or waiting to be restarted.</summary>
    Starting,

    /// <summary>It runs, connected and subscribed.</summary>
    Running,

    /// <summary>It has failed and is not restarted.</summary>
    Failed,
}
