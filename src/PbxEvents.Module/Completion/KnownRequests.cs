namespace PbxEvents.Module.Completion;

/// <summary>The requests between clients that are known by name (telecomx.md section 8).</summary>
internal static class KnownRequests
{
    private static readonly (string Name, bool IsRisky, string Meaning)[] Requests =
    [
        ("CommunicatorGetStatus", false, "asks for the client's state"),
        ("CommunicatorLoggerGetHistory", false, "asks for the client's log"),
        ("CommunicatorLoggerClearHistory", true, "empties the client's log"),
        ("CommunicatorLoggerStartStream", false, "streams the client's log from now on"),
        ("CommunicatorLoggerStopStream", false, "ends the stream of the log"),
        ("CommunicatorReload", true, "restarts the client's window"),
        ("CommunicatorTerminate", true, "quits the client"),
        ("CommunicatorDevtoolsShow", true, "opens the developer tools on the colleague's screen"),
        ("CommunicatorDevtoolsHide", true, "closes the developer tools"),
        ("CommunicatorImpersonate", true, "signs the client in as somebody else"),
        ("CommunicatorZeroTierStatus", false, "asks for the client's virtual network"),
        ("CommunicatorZeroTierJoin", true, "joins the client to a virtual network"),
        ("CommunicatorZeroTierLeave", true, "takes the client out of a virtual network"),
    ];

    public static IEnumerable<(string Name, string Meaning)> All => Requests.Select(r => (r.Name, r.Meaning));

    /// <summary>True for a request that restarts, quits, impersonates, shows or changes something on a colleague's machine.</summary>
    public static bool IsRisky(string request) =>
        Array.Exists(Requests, r => r.IsRisky && r.Name.Equals(request, StringComparison.OrdinalIgnoreCase));
}
