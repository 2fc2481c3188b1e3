namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>A pair of tokens as the PBX gave it out (yeastar.md section 3). Immutable.</summary>
/// <param name="Access">Goes into the query of everything.</param>
/// <param name="Refresh">Gets the next pair; null when the PBX gave none.</param>
/// <param name="ObtainedAt">When.</param>
/// <param name="Life">How long the access token lives.</param>
/// <param name="RefreshLife">How long the refresh token lives.</param>
internal sealed record YeastarToken(Secret Access, Secret? Refresh, DateTimeOffset ObtainedAt, TimeSpan Life, TimeSpan RefreshLife)
{
    /// <summary>Section 4.1: at 80 % of its life the next one is fetched.</summary>
    public DateTimeOffset RenewAt => ObtainedAt + (Life * 0.8);

    public bool IsAlive(DateTimeOffset now) => now < ObtainedAt + Life;

    public bool CanRefresh(DateTimeOffset now) => Refresh is not null && now < ObtainedAt + RefreshLife;
}
