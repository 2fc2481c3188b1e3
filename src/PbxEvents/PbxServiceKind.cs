namespace PbxEvents;

/// <summary>What runs a service.</summary>
public enum PbxServiceKind
{
    /// <summary>A unit of systemd.</summary>
    Systemd,

    /// <summary>A scheduled task of Windows.</summary>
    ScheduledTask,
}
