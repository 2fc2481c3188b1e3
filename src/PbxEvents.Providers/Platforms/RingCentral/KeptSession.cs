using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What it takes to go on with a session on another link, or in a later process (ringcentral.md section 6). Immutable.</summary>
/// <param name="Token">The newest recovery token.</param>
/// <param name="Wire">The subscription; null when there was none.</param>
/// <param name="RecoveryTime">How long it can be recovered.</param>
/// <param name="At">When it was lost, or last heard of.</param>
/// <param name="Grant">The OAuth grant it belongs to: with another one the platform would refuse (section 11 H).</param>
internal sealed record KeptSession(RecoveryToken Token, WireSubscription? Wire, TimeSpan RecoveryTime, DateTimeOffset At, int Grant)
    : ResumeRequest
{
    /// <summary>True while the platform still has it.</summary>
    public bool IsInTime(DateTimeOffset now) => now - At < RecoveryTime;
}
