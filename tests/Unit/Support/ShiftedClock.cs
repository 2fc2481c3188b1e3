namespace PbxEvents.Tests.Unit.Support;

/// <summary>A clock that is wrong.</summary>
/// <param name="shift">How far it is ahead.</param>
internal sealed class ShiftedClock(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
