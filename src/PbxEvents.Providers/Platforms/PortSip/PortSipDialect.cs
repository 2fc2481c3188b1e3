namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// Which server is spoken to (the table at the head of portsip.md). It decides address, topics and logins; the events of
/// every version are read on any link, because one address serves several of them.
/// </summary>
internal enum PortSipDialect
{
    /// <summary>v16: port 8885, no path, no management and no global topics.</summary>
    V16,

    /// <summary>v22: port 8887, path <c>/wsi</c>, all topics.</summary>
    V22,
}
