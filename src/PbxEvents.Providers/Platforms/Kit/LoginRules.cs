using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>What holds for the credentials of all platforms that take a ready token, too.</summary>
internal static class LoginRules
{
    /// <summary>Checks that there is exactly one way to log in.</summary>
    /// <param name="options">What was given.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="own">The platform's own way beside a ready token, such as <c>-Credential</c>.</param>
    /// <param name="hasOwn">True when it was given.</param>
    /// <param name="advice">Which way is best.</param>
    /// <exception cref="PbxException">There is none, or more than one.</exception>
    public static void RequireOneWay(PbxConnectOptions options, string platform, string own, bool hasOwn, string advice)
    {
        bool[] ways = [hasOwn, options.AccessToken is not null, options.TokenProvider is not null];
        if (ways.Count(given => given) != 1)
            throw OptionRules.Invalid($"{platform} needs exactly one of {own}, ‹AccessToken› and ‹TokenProvider›.", advice, own);
    }
}
