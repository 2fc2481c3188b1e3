namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>What has to be remembered of a call beyond what the tracker keeps. Loop only.</summary>
internal sealed class YeastarCall
{
    private readonly Dictionary<string, string?> _statuses = new(StringComparer.Ordinal);
    private string? _lastReport;

    /// <summary>What the call passed through last; null for nothing.</summary>
    public string? Path { get; set; }

    /// <summary>True after a transfer or a forwarding: a record may then be of one part of the call only.</summary>
    public bool WasPassedOn { get; set; }

    /// <summary>True after a failure report that nothing has made good since.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Takes note of where legs stand.</summary>
    /// <returns>False when all of it was known: a repeat, which changes nothing (yeastar.md section 6.3).</returns>
    public bool Note(IReadOnlyList<YeastarMember> members)
    {
        var isNew = members.Count == 0;
        foreach (var member in members)
        {
            isNew |= !_statuses.TryGetValue(member.Channel, out var known) || known != member.Status;
            _statuses[member.Channel] = member.Status;
        }
        if (isNew)
            _lastReport = null;
        return isNew;
    }

    /// <summary>Takes note of a report that is no state: a transfer, a forwarding, a failure, a request.</summary>
    /// <param name="report">All of it.</param>
    /// <returns>False when it is the last one again and no leg has moved since: a double.</returns>
    public bool NoteReport(string report)
    {
        if (_lastReport == report)
            return false;
        _lastReport = report;
        return true;
    }

    /// <summary>Nothing that was noted counts any more.</summary>
    public void ForgetStatuses()
    {
        _statuses.Clear();
        _lastReport = null;
    }
}
