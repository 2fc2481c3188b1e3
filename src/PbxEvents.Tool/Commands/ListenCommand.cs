using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tool.CommandLine;
using PbxEvents.Tool.Output;

namespace PbxEvents.Tool.Commands;

/// <summary><c>pbxevents listen</c>: events as JSON lines until Ctrl+C.</summary>
internal static class ListenCommand
{
    private const string Provider = "--provider";
    private const string Server = "--server";
    private const string Domain = "--domain";
    private const string User = "--user";
    private const string ClientId = "--client-id";
    private const string Type = "--type";
    private const string Topic = "--topic";
    private const string Extension = "--extension";
    private const string Queue = "--queue";
    private const string Count = "--count";
    private const string Thumbprint = "--thumbprint";

    /// <summary>How long closing in order may take after Ctrl+C.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    /// <summary>The command.</summary>
    public static Command Definition { get; } = new(
        "listen",
        "Print the events of a PBX as JSON lines, until Ctrl+C.",
        [
            new(Provider, "NAME", $"the platform: {string.Join(", ", PbxProviders.All.Select(p => p.Name))}"),
            new(Server, "ADDRESS", "host, host:port or URL; default: the platform's public server"),
            new(Domain, "ID", "the domain or customer; default: that of the login"),
            new(User, "NAME", "the user; without it a JWT or a token is used"),
            new(ClientId, "ID", "the client application, on platforms that have them"),
            new(Type, "TYPE[,...]", $"what to subscribe to: {string.Join(", ", Enum.GetNames<PbxSubscriptionType>())}; default: Call"),
            new(Topic, "NAME[,...]", "what to subscribe to, in the platform's own terms, instead of --type"),
            new(Extension, "ID[,...]", "only these extensions"),
            new(Queue, "ID[,...]", "only these queues"),
            new(Count, "N", "end after this many events"),
            new(Thumbprint, "HEX", "accept the server's certificate if it has this thumbprint (SHA-1)"),
        ],
        RunAsync)
    {
        Notes = $"""
            Secrets are never arguments, which other users of the machine can see. They are read from these variables, and what is
            not there from standard input, one line each, in this order:
              {SecretInput.ClientSecretVariable} with {ClientId}
              {SecretInput.PasswordVariable} with {User}
              {SecretInput.JwtVariable} (variable only) or {SecretInput.TokenVariable} without {User}
            What the connection does is told on standard error.
            """,
    };

    private static async Task<int> RunAsync(ParsedOptions options, CancellationToken cancellationToken)
    {
        var filters = Filters(options);
        var count = options.Number(Count, 1, int.MaxValue) ?? int.MaxValue;
        var connect = await ConnectOptionsAsync(options, cancellationToken);
        var client = await PbxClient.ConnectAsync(connect, cancellationToken);
        try
        {
            var cursor = client.Events.OpenCursor(client.Events.Head);
            foreach (var filter in filters)
                await client.SubscribeAsync(filter, cancellationToken);
            await Console.Error.WriteLineAsync($"{client.Name}: {client.State}, {client.Server}, {string.Join("; ", filters)}");
            await PrintAsync(client, cursor, filters, count, cancellationToken);
            // It ends by itself only after an answer that trying again cannot change.
            return client.LastError is { } error && client.State == PbxConnectionState.Faulted ? throw error : 0;
        }
        finally
        {
            using var limit = new CancellationTokenSource(CloseLimit);
            await client.DisconnectAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task PrintAsync(
        PbxClient client, Providers.Connection.EventCursor cursor, IReadOnlyList<PbxSubscriptionFilter> filters, int count, CancellationToken cancellationToken)
    {
        while (await cursor.WaitAsync(cancellationToken))
        {
            while (cursor.TryRead(out var pbxEvent, out var gap))
            {
                if (gap is not null)
                    Console.WriteLine(EventJson.Write(gap));
                if (pbxEvent!.Category == PbxCategory.Connection)
                    await Console.Error.WriteLineAsync($"{client.Name}: {pbxEvent.Name} {pbxEvent.Error?.Message}".TrimEnd());
                if (pbxEvent.Category != PbxCategory.Connection && !filters.Any(f => f.Matches(pbxEvent)))
                    continue;
                Console.WriteLine(EventJson.Write(pbxEvent));
                if (--count == 0)
                    return;
            }
        }
    }

    private static async Task<PbxConnectOptions> ConnectOptionsAsync(ParsedOptions options, CancellationToken cancellationToken)
    {
        var connect = new PbxConnectOptions
        {
            Provider = options.Required(Provider),
            Server = options.Text(Server),
            Domain = options.Text(Domain),
            UserName = options.Text(User),
            Transport = new TransportOptions { CertificateThumbprint = options.Text(Thumbprint) },
        };
        // Known to be wrong before anybody is asked for a password.
        _ = PbxProviders.Get(connect.Provider);
        if (options.Text(ClientId) is { } clientId)
        {
            var secret = await SecretInput.ReadAsync("Client secret", SecretInput.ClientSecretVariable, cancellationToken);
            connect = connect with { ClientId = clientId, ClientSecret = secret };
        }
        if (connect.UserName is not null)
            return connect with { Password = await SecretInput.ReadAsync("Password", SecretInput.PasswordVariable, cancellationToken) };
        return SecretInput.Find(SecretInput.JwtVariable) is { } jwt
            ? connect with { Jwt = jwt }
            : connect with { AccessToken = await SecretInput.ReadAsync("Token", SecretInput.TokenVariable, cancellationToken) };
    }

    private static IReadOnlyList<PbxSubscriptionFilter> Filters(ParsedOptions options)
    {
        var common = new PbxSubscriptionFilter { Extension = options.List(Extension), Queue = options.List(Queue) };
        if (options.List(Topic) is { Count: > 0 } topics)
            return options.Has(Type) ? throw options.Wrong($"Give {Type} or {Topic}, not both.") : [common with { Topic = topics }];
        var types = options.List(Type) is { Count: > 0 } names ? names : [nameof(PbxSubscriptionType.Call)];
        return [.. types.Select(name => common with { Type = ParseType(options, name) })];
    }

    private static PbxSubscriptionType ParseType(ParsedOptions options, string name) =>
        Enum.GetNames<PbxSubscriptionType>().Contains(name, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<PbxSubscriptionType>(name, ignoreCase: true)
            : throw options.Wrong($"{Type} cannot be '{name}'; it is one of {string.Join(", ", Enum.GetNames<PbxSubscriptionType>())}.");
}
