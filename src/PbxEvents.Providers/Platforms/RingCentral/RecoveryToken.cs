namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The <c>wsc</c> of ringcentral.md section 5: what a lost session is recovered with. Never shown to people.</summary>
/// <param name="Token">What goes into the next link's address.</param>
/// <param name="Sequence">Greater is newer.</param>
internal sealed record RecoveryToken(string Token, long Sequence)
{
    /// <summary>The sequence only.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"sequence {Sequence}";
}
