namespace PbxEvents.Simulator.PortSip;

/// <summary>Which version is simulated: the columns of the table at the head of portsip.md.</summary>
public enum PortSipVersion
{
    /// <summary>v22: path <c>/wsi</c>, all topics, calls as records and extension states.</summary>
    V22,

    /// <summary>v16.2 and later: no path, three topics, calls as records and extension states.</summary>
    V162,

    /// <summary>v16.0 and v16.1: no path, three topics, calls as <c>call_*</c> and <c>target_*</c>.</summary>
    V160,
}
