namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The rate groups that are kept to (ringcentral.md section 3, history/ringcentral-history.md section 2). Each has its own count and its
/// own penalty; all connections of the process share them.
/// </summary>
/// <param name="timing">The limits.</param>
internal sealed class RateGroups(RingCentralTiming timing)
{
    /// <summary>Auth: the tokens for links. Its penalties hold for OAuth tokens as well.</summary>
    public RequestLimiter Auth { get; } = new(timing.TokensPerWindow, timing.TokenWindow);

    /// <summary>Heavy: the call log. Other scripts of the same user and app have a part of it, so requests go one by one with a pause.</summary>
    public RequestLimiter Heavy { get; } = new(1, timing.RecordPause);
}
