namespace PbxEvents.Providers.Contracts;

/// <summary>Refuses options that a platform has no use for: an option that does nothing would only look as if it did.</summary>
internal static class OptionRules
{
    private static readonly (string Name, string Parameter, Func<PbxConnectOptions, bool> IsSet)[] Optional =
    [
        (nameof(PbxConnectOptions.Server), "‹Server›", o => o.Server is not null),
        (nameof(PbxConnectOptions.Domain), "‹Domain›", o => o.Domain is not null),
        (nameof(PbxConnectOptions.UserName), "‹Credential›", o => o.UserName is not null || o.Password is not null),
        (nameof(PbxConnectOptions.ClientId), "‹ClientCredential›", o => o.ClientId is not null || o.ClientSecret is not null),
        (nameof(PbxConnectOptions.AccessToken), "‹AccessToken›", o => o.AccessToken is not null),
        (nameof(PbxConnectOptions.Jwt), "‹Jwt›", o => o.Jwt is not null),
        (nameof(PbxConnectOptions.TokenProvider), "‹TokenProvider›", o => o.TokenProvider is not null),
        (nameof(PbxConnectOptions.Dialect), "‹Dialect›", o => o.Dialect is not null),
        (nameof(PbxConnectOptions.TimeZone), "‹TimeZone›", o => o.TimeZone is not null),
        (nameof(PbxConnectOptions.Sandbox), "‹Sandbox›", o => o.Sandbox),
    ];

    /// <exception cref="PbxException">An option means nothing to the platform, or is out of range.</exception>
    public static void Check(PbxConnectOptions options, PbxProvider provider)
    {
        foreach (var (name, parameter, isSet) in Optional)
        {
            if (!isSet(options) || provider.OptionNames.Contains(name))
                continue;
            var usable = Optional.Where(o => provider.OptionNames.Contains(o.Name)).Select(o => o.Parameter);
            throw Invalid($"{provider.Name} does not use {parameter}.", $"Leave it out. {provider.Name} takes {string.Join(", ", usable)}.", parameter);
        }
        if (options.BufferSize < 1)
            throw Invalid($"A buffer of {options.BufferSize} events cannot hold any.", "Set ‹BufferSize› to 1 or more.", "‹BufferSize›");
        if (options.CallHistorySize < 1000)
            throw Invalid($"{options.CallHistorySize} ended calls are too few to recognize late events of an ended call.", "Set ‹CallHistorySize› to 1000 or more.", "‹CallHistorySize›");
        if (options is { NoEvents: true, StatePath: not null })
            throw Invalid("A connection without events has no state to store with ‹StatePath›.", "Leave out ‹StatePath› or ‹NoEvents›.", "‹StatePath›");
        if (options.MaxReconnectAttempts < 0)
            throw Invalid("‹MaxReconnectAttempts› cannot be negative.", "Give 0 for none, or omit it for no limit.", "‹MaxReconnectAttempts›");
    }

    public static PbxException Invalid(string message, string advice, string target) =>
        new(PbxErrorKind.InvalidOption, message, advice) { Target = target, IsPermanent = true };
}
