using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>Who logs in.</summary>
internal enum PortSipLoginKind
{
    /// <summary>A user of a tenant, with the user's password.</summary>
    User,

    /// <summary>An extension of a tenant, with its SIP password.</summary>
    Extension,

    /// <summary>A system administrator, who belongs to no tenant (v22).</summary>
    SystemAdministrator,
}

/// <summary>
/// The three logins of portsip.md section 2. Which one is meant shows in what the user gives: without a domain it is a
/// system administrator's; with one, a name of digits only is an extension's number, with its SIP password, and any other
/// name a user's. An extension's user name may be its number, too: then its SIP password serves as well. Immutable.
/// </summary>
internal sealed record PortSipLogin(PortSipLoginKind Kind, string Name, string? Domain, Secret Password)
{
    /// <exception cref="PbxException">Something is missing.</exception>
    public static PortSipLogin From(PbxConnectOptions options)
    {
        if (options.UserName is not { Length: > 0 } name || options.Password is not { } password)
            throw PortSipFaults.NoCredential();
        var isNumber = name.All(char.IsAsciiDigit);
        if (options.Domain is not { } domain)
            return isNumber ? throw PortSipFaults.NoDomain(name) : new PortSipLogin(PortSipLoginKind.SystemAdministrator, name, null, password);
        return new PortSipLogin(isNumber ? PortSipLoginKind.Extension : PortSipLoginKind.User, name, domain, password);
    }
}
