using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Where a simulator is and what it lets in: texts, so that another process can be told them.</summary>
internal sealed record SimulatorLogin(
    string Provider, string Server, string? Domain, string? UserName, string? Password, string? ClientId, string? ClientSecret, string? Jwt)
{
    /// <summary>That of a simulator.</summary>
    public static SimulatorLogin Of(PbxSimulator simulator) => new(
        simulator.Provider, simulator.Server.ToString(), simulator.Provider == "PortSIP" ? simulator.Domain : null,
        simulator.Jwt is null ? simulator.UserName : null, simulator.Jwt is null ? simulator.Password : null,
        simulator.ClientId, simulator.ClientSecret, simulator.Jwt);

    /// <summary>The options that connect to it.</summary>
    public PbxConnectOptions ToOptions() => new()
    {
        Provider = Provider,
        Server = Server,
        Domain = Domain,
        UserName = UserName,
        Password = SecretOf(Password),
        ClientId = ClientId,
        ClientSecret = SecretOf(ClientSecret),
        Jwt = SecretOf(Jwt),
    };

    private static Secret? SecretOf(string? text) => text is null ? null : new Secret(text);
}
