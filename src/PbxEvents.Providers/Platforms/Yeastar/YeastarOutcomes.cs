namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What the reasons of failure reports mean (yeastar.md section 5.5).</summary>
internal static class YeastarOutcomes
{
    /// <summary>
    /// A failure report's reason. Spelling and case vary, and the number may be missing, so a number at the beginning or a
    /// word anywhere decides. Null for 487, which is the caller's hang-up and no failure.
    /// </summary>
    public static PbxOutcome? FromReason(string? reason)
    {
        if (reason is null)
            return PbxOutcome.Failed;
        if (Has("487"))
            return null;
        if (Has("486") || Has("600") || Has("busy"))
            return PbxOutcome.Busy;
        return Has("603") || Has("declin") || reason.Equals("DND", StringComparison.OrdinalIgnoreCase) ? PbxOutcome.Rejected : PbxOutcome.Failed;

        bool Has(string part) => char.IsAsciiDigit(part[0])
            ? reason.StartsWith(part, StringComparison.Ordinal)
            : reason.Contains(part, StringComparison.OrdinalIgnoreCase);
    }
}
