namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>What the PBX's words say about how a call turned out (yeastar.md sections 5.3, 5.5 and 6.1).</summary>
internal static class YeastarOutcomes
{
    /// <summary>
    /// A failure report's reason. Spelling and case vary, and the number may be missing, so a number at the beginning or a
    /// word anywhere decides.
    /// </summary>
    public static PbxOutcome FromReason(string? reason)
    {
        if (reason is null)
            return PbxOutcome.Failed;
        if (Has("486") || Has("busy"))
            return PbxOutcome.Busy;
        return Has("603") || Has("declin") || reason.Equals("DND", StringComparison.OrdinalIgnoreCase) ? PbxOutcome.Rejected : PbxOutcome.Failed;

        bool Has(string part) => char.IsAsciiDigit(part[0])
            ? reason.StartsWith(part, StringComparison.Ordinal)
            : reason.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A record's status; null when the legs know better or nobody does.</summary>
    /// <param name="status">The status.</param>
    /// <param name="direction">Which way the call went.</param>
    /// <param name="wasAnswered">True when a person's answer was seen.</param>
    /// <param name="isOfSystem">True when the record is of a menu's or a queue's own answer.</param>
    /// <param name="isQueued">True when the caller was in a queue.</param>
    public static PbxOutcome? FromRecord(string? status, PbxDirection direction, bool wasAnswered, bool isOfSystem, bool isQueued)
    {
        // Several records can come for one call, one for each agent that did not take it: an answer that was seen stands.
        if (wasAnswered)
            return null;
        switch (status?.ToUpperInvariant())
        {
            case "ANSWERED":
                return !isOfSystem ? PbxOutcome.Answered : isQueued ? PbxOutcome.Abandoned : PbxOutcome.Missed;
            case "VOICEMAIL":
                return PbxOutcome.Voicemail;
            case "BUSY":
                return PbxOutcome.Busy;
            case "FAILED":
                return PbxOutcome.Failed;
            case "NO ANSWER" or "NO ANSWERED" or "ABANDONED" when direction != PbxDirection.Outbound:
                return isQueued ? PbxOutcome.Abandoned : PbxOutcome.Missed;
            default:
                return null;
        }
    }
}
