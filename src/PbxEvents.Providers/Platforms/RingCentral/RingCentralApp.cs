using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The client application in whose name a JWT is exchanged (ringcentral.md section 2.1). Immutable.</summary>
/// <param name="Id">Its client id.</param>
/// <param name="Secret">Its client secret; null for an app without one.</param>
internal sealed record RingCentralApp(string Id, Secret? Secret)
{
    /// <summary>Reads it from <c>-ClientCredential</c>, or from <c>-Credential</c>, which means the same here: there are no users to log in.</summary>
    /// <returns>Null when none is given.</returns>
    /// <exception cref="PbxException">Both are given and name different apps.</exception>
    public static RingCentralApp? Of(PbxConnectOptions options)
    {
        if (options.ClientId is not null && options.UserName is not null && options.ClientId != options.UserName)
        {
            throw OptionRules.Invalid("‹Credential› and ‹ClientCredential› name different apps.",
                "Give the app's client id and secret with ‹ClientCredential› only.", "‹Credential›");
        }
        if (options.ClientId is not null)
            return new RingCentralApp(options.ClientId, options.ClientSecret);
        return options.UserName is not null ? new RingCentralApp(options.UserName, options.Password) : null;
    }
}
