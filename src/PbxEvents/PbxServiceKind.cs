namespace PbxEvents;

/// <summary>What starts a service.</summary>
public enum PbxServiceKind
{
    /// <summary>A unit of systemd.</summary>
    Systemd,

    /// <summary>A scheduled task of Windows.</summary>
    ScheduledTask,
}
