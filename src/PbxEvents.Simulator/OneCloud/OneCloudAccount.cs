namespace PbxEvents.Simulator.OneCloud;

/// <summary>What a login must bring. Immutable; it prints without secrets.</summary>
/// <param name="UserName">The user, as <c>1001@domain</c>.</param>
/// <param name="Password">The user's password.</param>
/// <param name="Domain">The domain.</param>
/// <param name="ClientId">The client application.</param>
/// <param name="ClientSecret">Its secret.</param>
internal sealed record OneCloudAccount(string UserName, string Password, string Domain, string ClientId, string ClientSecret)
{
    /// <summary>The user's name.</summary>
    public override string ToString() => UserName;
}
