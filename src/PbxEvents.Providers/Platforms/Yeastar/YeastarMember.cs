namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What a member of a call is (yeastar.md section 5.2).</summary>
internal enum YeastarMemberKind
{
    Extension,
    Inbound,
    Outbound,
}

/// <summary>One element of <c>members</c>: one leg of a call and where it stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Channel">The leg's id; made up from kind and number when the PBX leaves it out.</param>
/// <param name="Status">The PBX's word for where it stands; null when it leaves it out.</param>
internal readonly record struct YeastarMember(YeastarMemberKind Kind, string Channel, string? Status)
{
    /// <summary>The extension; null for an outside party.</summary>
    public string? Number { get; init; }

    /// <summary>The calling number of an outside leg.</summary>
    public string? From { get; init; }

    /// <summary>True when a word stands in place of the calling number, by which the caller hides it.</summary>
    public bool IsFromHidden { get; init; }

    /// <summary>The called number of an outside leg.</summary>
    public string? To { get; init; }

    /// <summary>What the call passed through: the number of an IVR, a queue, a ring group; null for nothing.</summary>
    public string? Path { get; init; }

    /// <summary>Where the leg stands; null for a word that the guide does not have.</summary>
    public PbxCallState? State => Status switch
    {
        "ALERT" => PbxCallState.Offered,
        "RING" or "EARLYMEDIA" => PbxCallState.Ringing,
        "ANSWERED" or "ANSWER" => PbxCallState.Answered,
        "HOLD" => PbxCallState.Held,
        "BYE" => PbxCallState.Ended,
        _ => null,
    };

    /// <summary>The part it plays, as far as its own word tells; null for HOLD, BYE and unknown words of an extension.</summary>
    public PbxLegRole? Role => (Kind, Status) switch
    {
        (YeastarMemberKind.Inbound, _) => PbxLegRole.Caller,
        (_, "ALERT" or "ANSWERED") => PbxLegRole.Caller,
        (YeastarMemberKind.Outbound, _) => PbxLegRole.Callee,
        (_, "RING" or "EARLYMEDIA" or "ANSWER") => PbxLegRole.Callee,
        _ => null,
    };
}
