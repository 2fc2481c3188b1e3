using System.Collections.Concurrent;
using System.Management.Automation;
using System.Security;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Commands;

/// <summary>Connects to a platform and returns the connection, authenticated and ready. It becomes the session's default.</summary>
[Cmdlet(VerbsCommunications.Connect, "PbxEvents", SupportsShouldProcess = true)]
[OutputType(typeof(PbxConnection))]
public sealed class ConnectPbxEventsCommand : PbxCmdlet
{
    /// <summary>The platform.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = "";

    /// <summary>The server: a host name, <c>host:port</c>, or a URI. Default: the platform's public one.</summary>
    [Parameter(
        Position = 1,
        ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Server { get; set; }

    /// <summary>The domain; on TelecomX the customer's id. Default: that of the login.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Customer")]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Domain { get; set; }

    /// <summary>User and password; on platforms that know no users here, client id and secret.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    [AllowNull]
    public PSCredential? Credential { get; set; }

    /// <summary>Id and secret of the client application.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public PSCredential? ClientCredential { get; set; }

    /// <summary>A ready token.</summary>
    [Parameter]
    public SecureString? AccessToken { get; set; }

    /// <summary>The JWT credential (RingCentral).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public SecureString? Jwt { get; set; }

    /// <summary>
    /// Gives a token, as a string or a SecureString, whenever one is needed. It runs in a session of its own and sees no
    /// variables of this one.
    /// </summary>
    [Parameter]
    public ScriptBlock? TokenProvider { get; set; }

    /// <summary>The connection's name. Default: the platform and a number.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Name { get; set; }

    /// <summary>The platform's dialect (PortSIP). Default: found out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DialectCompleter))]
    public string? Dialect { get; set; }

    /// <summary>The PBX's time zone, as an id or a TimeZoneInfo, for platforms that send local times. Default: this machine's.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNull]
    public object? TimeZone { get; set; }

    /// <summary>The file that keeps what the next process needs to tell the calls that end while none runs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>The journal that keeps the events: an object, a name, or the path of a file, which is opened. Default: the session's.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(JournalCompleter))]
    [ValidateNotNull]
    public JournalArgument? Journal { get; set; }

    /// <summary>Keeps the events in no journal, although the session has one.</summary>
    [Parameter]
    public SwitchParameter NoJournal { get; set; }

    /// <summary>Waits until no other listener has the connection of this name. The journal has to be in a database.</summary>
    [Parameter]
    public SwitchParameter Standby { get; set; }

    /// <summary>Uses the platform's sandbox (RingCentral).</summary>
    [Parameter]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>The name that the platform shows for this client. Default PbxEvents.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Application { get; set; }

    /// <summary>Distinguishes this client from others of the same name. Default: the machine's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? InstanceId { get; set; }

    /// <summary>How many events the buffer holds. Default 10,000.</summary>
    [Parameter]
    [ValidateRange(1, 10_000_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int BufferSize { get; set; } = 10_000;

    /// <summary>How many ended calls are kept for Get-PbxCall. Default 10,000.</summary>
    [Parameter]
    [ValidateRange(1_000, 1_000_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int CallHistorySize { get; set; } = 10_000;

    /// <summary>How many seconds connecting may take in all. Default 30.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(0.1, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = 30;

    /// <summary>How many attempts in a row a lost link gets. Default: endless.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxReconnectAttempts { get; set; }

    /// <summary>How far back call records are requested after a gap. Default a day.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan HistoryLimit { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Opens no link: for Get-PbxCallRecord only.</summary>
    [Parameter]
    public SwitchParameter NoEvents { get; set; }

    /// <summary>Asks for no call records after a gap.</summary>
    [Parameter]
    public SwitchParameter NoHistory { get; set; }

    /// <summary>Accepts exactly the certificate with this SHA-1 or SHA-256 thumbprint, whoever signed it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? CertificateThumbprint { get; set; }

    /// <summary>Accepts any certificate. For tests only.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>The proxy. Default: the system's.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public Uri? Proxy { get; set; }

    /// <summary>The proxy's credential.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Records the frames in this file, secrets masked, for bug reports and replay.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TracePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A simulator that is piped in has a name of its own, which is not the connection's.
        var name = string.IsNullOrEmpty(Name) || (MyInvocation.ExpectingInput && PbxSimulator.IsNameOfOne(Name)) ? null : Name;
        if (name is not null && Session.FindOpen(name) is not null)
        {
            Fail(ModuleErrors.ConnectionNameInUse(name));
            return;
        }
        if (Journal is not null && (NoJournal || NoEvents))
        {
            Fail(ModuleErrors.JournalUnwanted(NoJournal ? "-NoJournal" : "-NoEvents"));
            return;
        }
        if (Standby && (NoJournal || NoEvents || StatePath is not null))
        {
            Fail(ModuleErrors.StandbyUnwanted(NoJournal ? "-NoJournal" : NoEvents ? "-NoEvents" : "-StatePath"));
            return;
        }
        if (Standby && Journal is null && Session.DefaultJournal is null)
        {
            Fail(ModuleErrors.StandbyWithoutJournal());
            return;
        }
        if (!ShouldProcess(Server is null ? Provider : $"{Provider} {Server}", SR.ConnectAction))
            return;
        PbxClient? client = null;
        try
        {
            var options = MakeOptions(name);
            client = StartConnection(options);
            Follow(client, fromStart: true);
            Session.Log?.Follow(client);
            if (SkipCertificateCheck)
                WriteWarning(SR.CertificateNotChecked.With(client.Server));
            if (client.StateProblem is { } problem)
                WriteWarning(problem.Message);
            Await(client.WaitUntilConnectedAsync);
        }
        catch (Exception e)
        {
            // Nothing half open stays behind, whether it failed or was stopped; its end needs nobody to wait for it.
            if (client is not null)
                _ = client.DisposeAsync().AsTask();
            if (e is not PbxException failure)
                throw;
            Fail(failure.ToErrorRecord(client?.Server ?? Server ?? Provider));
            return;
        }
        Session.Add(client!);
        WriteObject(client);
    }

    /// <summary>
    /// Terminating: a script that went on would talk to the connection before this one. But of many rows that are piped in, one that
    /// fails does not end the others.
    /// </summary>
    private void Fail(ErrorRecord error)
    {
        if (!MyInvocation.ExpectingInput)
            ThrowTerminatingError(error);
        WriteError(error);
    }

    private PbxClient StartConnection(PbxConnectOptions options)
    {
        if (NoJournal || NoEvents || (Journal is null && Session.DefaultJournal is null))
            return PbxClient.Start(options);
        return StartWithJournal(options);
    }

    /// <summary>Apart, so that nothing of a journal is loaded where there is none.</summary>
    private PbxClient StartWithJournal(PbxConnectOptions options)
    {
        var argument = Journal ?? new JournalArgument(Session.DefaultJournal!);
        var journal = JournalAccess.Find(argument, Session.Journals, GetUnresolvedProviderPathFromPSPath)
            ?? (EventJournal)OpenJournal(new JournalOptions { Path = GetUnresolvedProviderPathFromPSPath(argument.Text) });
        WriteVerbose(SR.JournalOfConnection.With(options.Name, journal.Name));
        return Standby ? TakeOver(options, journal) : PbxClient.Start(options, journal);
    }

    /// <summary>Waits for the connection as long as another listener has it.</summary>
    private PbxClient TakeOver(PbxConnectOptions options, EventJournal journal)
    {
        var standby = journal.StandBy(options.Name!);

        // An action may connect while another connection waits.
        var outer = Session.StandingBy;
        try
        {
            Session.StandingBy = options.Name;
            var told = new ConcurrentQueue<string>();
            var taking = standby.TakeAsync(told.Enqueue, StopToken);
            while (!WaitOnce(taking, System.Threading.Timeout.InfiniteTimeSpan))
                Tell();
            Await(_ => taking);
            Tell();
            return PbxClient.Start(options, journal, standby);

            void Tell()
            {
                while (told.TryDequeue(out var why))
                    WriteWarning(SR.StandsBy.With(options.Name, why));
            }
        }
        catch (Exception)
        {
            _ = standby.DisposeAsync().AsTask();
            throw;
        }
        finally
        {
            Session.StandingBy = outer;
        }
    }

    private PbxConnectOptions MakeOptions(string? name) => new()
    {
        Provider = Provider,
        Server = NullIfEmpty(Server),
        Domain = NullIfEmpty(Domain),
        UserName = Credential?.UserName,
        Password = Credential is null ? null : new Secret(Credential.Password),
        ClientId = ClientCredential?.UserName,
        ClientSecret = ClientCredential is null ? null : new Secret(ClientCredential.Password),
        AccessToken = AccessToken is null ? null : new Secret(AccessToken),
        Jwt = Jwt is null ? null : new Secret(Jwt),
        TokenProvider = TokenProvider is null ? null : new ScriptTokenProvider(TokenProvider).GetTokenAsync,
        Name = name ?? Session.FreeName(PbxProviders.Get(Provider).Name),
        BufferSize = BufferSize,
        CallHistorySize = CallHistorySize,
        Timeout = TimeSpan.FromSeconds(Timeout),
        MaxReconnectAttempts = MyInvocation.BoundParameters.ContainsKey(nameof(MaxReconnectAttempts)) ? MaxReconnectAttempts : null,
        HistoryLimit = NoHistory ? TimeSpan.Zero : HistoryLimit,
        NoEvents = NoEvents,
        Application = Application ?? "PbxEvents",
        InstanceId = InstanceId ?? Environment.MachineName,
        Dialect = Dialect,
        TimeZone = FindTimeZone(TimeZone),
        StatePath = ToFilePath(StatePath),
        Sandbox = Sandbox,
        TracePath = ToFilePath(TracePath),
        Transport = new TransportOptions
        {
            CertificateThumbprint = NullIfEmpty(CertificateThumbprint),
            SkipCertificateCheck = SkipCertificateCheck,
            Proxy = Proxy,
            ProxyCredential = ProxyCredential?.GetNetworkCredential(),
        },
    };

    private string? ToFilePath(string? path) => path is null ? null : GetUnresolvedProviderPathFromPSPath(path);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
