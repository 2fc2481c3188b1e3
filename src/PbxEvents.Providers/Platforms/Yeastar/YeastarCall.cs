namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What has to be remembered of a call beyond what the tracker keeps. Loop only.</summary>
internal sealed class YeastarCall
{
    /// <summary>A call has a handful of stages; a server that sends more must not fill the memory.</summary>
    private const int MaxParts = 100;

    private readonly Dictionary<string, string?> _statuses = new(StringComparer.Ordinal);
    private List<string>? _paths;
    private List<YeastarRecord>? _records;
    private List<PbxEvent>? _heldRecords;
    private string? _lastReport;

    /// <summary>What the call passed through last; null for nothing.</summary>
    public string? Path => _paths is { Count: > 0 } ? _paths[^1] : null;

    /// <summary>The records that have come, in order.</summary>
    public IReadOnlyList<YeastarRecord> Records => _records ?? (IReadOnlyList<YeastarRecord>)[];

    /// <summary>True while the records that have come do not decide yet, because others may belong to them.</summary>
    public bool AwaitsRecords { get; set; }

    /// <summary>True when the PBX did not know it after a gap: what became of it only call records tell.</summary>
    public bool IsGone { get; set; }

    /// <summary>True after a transfer or a forwarding: a record may then be of one part of the call only.</summary>
    public bool WasPassedOn { get; set; }

    /// <summary>True after a transfer's report until the extension that passed the call on has gone.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>True after a failure report that nothing has made good since.</summary>
    public bool HasFailed { get; set; }

    /// <summary>What the last failure report said of the leg it was about; null when it said nothing.</summary>
    public PbxOutcome? Failure { get; set; }

    /// <summary>Takes note of a menu, queue or group that the call is in now.</summary>
    public void AddPath(string? path)
    {
        if (path is null || path == Path || _paths?.Count == MaxParts)
            return;
        _paths ??= new List<string>(1);
        _paths.Remove(path);
        _paths.Add(path);
    }

    /// <summary>True when a number is that of a menu, queue or group the call passed through; a path may hold words beside it.</summary>
    public bool HasPassed(string? number)
    {
        if (number is null || _paths is null)
            return false;
        foreach (var path in _paths)
        {
            var at = path.IndexOf(number, StringComparison.Ordinal);
            var end = at + number.Length;
            if (at >= 0 && (at == 0 || !char.IsAsciiDigit(path[at - 1])) && (end == path.Length || !char.IsAsciiDigit(path[end])))
                return true;
        }
        return false;
    }

    /// <summary>Takes a record.</summary>
    public void Add(YeastarRecord record)
    {
        _records ??= new List<YeastarRecord>(1);
        if (_records.Count < MaxParts)
            _records.Add(record);
    }

    /// <summary>Takes the event of a record until it is told.</summary>
    public void Hold(PbxEvent pbxEvent) => (_heldRecords ??= new List<PbxEvent>(1)).Add(pbxEvent);

    /// <summary>The events of records that wait to be told; they wait no longer.</summary>
    public IReadOnlyList<PbxEvent> Release()
    {
        var held = _heldRecords;
        _heldRecords = null;
        return held ?? (IReadOnlyList<PbxEvent>)[];
    }

    /// <summary>The id stands for another call now.</summary>
    public void StartAnew()
    {
        (_paths, _records) = (null, null);
        (WasPassedOn, IsHandedOver, HasFailed, Failure) = (false, false, false, null);
    }

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
