using System.Management.Automation;
using System.Security;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Notify;
using PbxEvents.Notify;
using PbxEvents.Notify.Tickets;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Makes a ticket of a call at a ticket desk, once, however often it is tried; or comments on the caller's open ticket, or resolves it when the
/// caller was reached.
/// </summary>
[Cmdlet(VerbsCommon.New, "PbxTicket", SupportsShouldProcess = true)]
[OutputType(typeof(PbxTicket))]
public sealed class NewPbxTicketCommand : SendingCmdlet
{
    private DeskAccess? _access;
    private TransportOptions? _transport;

    /// <summary>The ticket system.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    public PbxDesk Desk { get; set; }

    /// <summary>The desk's address; of a Rest desk the whole address that a ticket is posted to.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public Uri Uri { get; set; } = null!;

    /// <summary>The calls. An event gives its call.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PbxCall[] Call { get; set; } = [];

    /// <summary>User and password, or user and token.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A token or key that needs no user.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public SecureString? Secret { get; set; }

    /// <summary>Where tickets go at the desk: a queue, a project, a group.</summary>
    [Parameter]
    [Alias("Project")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Group { get; set; }

    /// <summary>The mail address of whom tickets are on behalf of.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Requester { get; set; }

    /// <summary>The subject. <c>{Caller}</c> and the like are places for values of the call.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Subject { get; set; } = TicketText.Subject;

    /// <summary>The text, with the same places as the subject. Default: all that is known of the call.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Template { get; set; }

    /// <summary>The country of numbers without a country's code, in two letters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CountryCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Country { get; set; }

    /// <summary>Comments on the caller's open ticket instead of a new one, if that was made no longer than this before the call.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan? MergeFor { get; set; }

    /// <summary>A call by which somebody was talked with resolves the caller's open tickets, and makes none.</summary>
    [Parameter]
    public SwitchParameter ResolveWhenReached { get; set; }

    /// <summary>The proxy. Default: the system's.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public Uri? Proxy { get; set; }

    /// <summary>The proxy's credential.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    private string Receiver => $"{Desk} at {(Uri.IsAbsoluteUri ? Uri.Authority : "?")}";

    /// <summary>What is known of callers; null outside of a durable reaction.</summary>
    private CallerHistory? History => Session.Attempt?.ReadSince is { } read ? new CallerHistory(read, n => NumberKey.Of(n, Country)) : null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        (string Name, object? Value)[] given = [("-SecretName", SecretName), ("-Credential", Credential), ("-Secret", Secret)];
        if (given.Where(g => g.Value is not null).Select(g => g.Name).ToArray() is [var first, var second, ..])
            ThrowTerminatingError(ModuleErrors.SecretGivenTwice(first, second));
        if (MergeFor <= TimeSpan.Zero)
            ThrowTerminatingError(ModuleErrors.BadTimeSpan(nameof(MergeFor), MergeFor.Value));
        Country = FindCountry(Country);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            foreach (var call in Call)
                Tell(call);
        }
        catch (PbxException e)
        {
            // Terminating, also for one of many: in the action of a durable reaction only that makes the try fail.
            ThrowTerminatingError(e.ToErrorRecord(Receiver));
        }
    }

    private void Tell(PbxCall call)
    {
        var number = OutsideParty.NumberOf(call) is { } given ? NumberKey.Of(given, Country) : null;
        var callerKey = number is null ? null : $"pbxfrom{Notification.KeyOf(number)[..24]}";
        var callKey = $"pbxcall{Notification.KeyOf(call.Connection, call.CallId)[..24]}";
        if (ResolveWhenReached && call.IsReached)
        {
            if (number is not null && OutsideParty.IsIn(call) && History?.WasMissedAfter(number, OutsideParty.HeardAt(call)) != true)
                Resolve(call, null, call.CallId, callKey, number, callerKey!);
            return;
        }
        var note = MakeNote(call, number, callKey, callerKey);
        if (!ShouldProcess(Receiver, SR.FileTicketAction.With(note.Subject)))
            return;
        var (ticket, action) = Use((clerk, token) => clerk.FileAsync(note, MergeFor, token));
        WriteTicket(ticket, action, call.CallId, callKey, number);

        // The talk may have been before the desk heard of the call. A ticket with other calls may be about one that came after the talk, too.
        if (ResolveWhenReached && number is not null && History is { } history && history.FindTalk(number, call.StartedAt) is { } talk
            && (action == PbxTicketAction.Created || !history.WasMissedAfter(number, OutsideParty.HeardAt(talk))))
        {
            Resolve(talk, ticket.Id, call.CallId, callKey, number, callerKey!);
        }
    }

    private void Resolve(PbxCall talk, string? only, string callId, string callKey, string number, string callerKey)
    {
        if (!ShouldProcess(Receiver, SR.ResolveTicketAction.With(number)))
            return;
        foreach (var ticket in Use((clerk, token) => clerk.ResolveAsync(callerKey, TicketText.MakeReached(talk), only, token)))
            WriteTicket(ticket, PbxTicketAction.Resolved, callId, callKey, number);
    }

    private TicketNote MakeNote(PbxCall call, string? number, string callKey, string? callerKey)
    {
        var name = ContactProperty.NameOf(call);
        var values = TicketText.ValuesOf(call, number, name);
        return new TicketNote
        {
            CallKey = callKey,
            CallerKey = callerKey,
            Number = number,
            CallerName = string.IsNullOrWhiteSpace(name) ? number ?? values["Caller"] : name,
            Subject = Fill(Subject),
            Text = Template is null ? TicketText.Make(call, values) : Fill(Template),
            At = call.StartedAt,
        };

        string Fill(string template) => new TextTemplate(template).Fill(
            new PSObject(call), place => WriteWarning(SR.UnknownPlaceholder.With(place, nameof(PbxCall))), values);
    }

    private void WriteTicket(DeskTicket ticket, PbxTicketAction action, string callId, string callKey, string? number) => WriteObject(new PbxTicket
    {
        Desk = Desk,
        Id = ticket.Name.Length == 0 ? null : ticket.Name,
        Action = action,
        Number = number,
        CallId = callId,
        Key = callKey,
    });

    private T Use<T>(Func<TicketClerk, CancellationToken, Task<T>> work)
    {
        var access = _access ??= MakeAccess();
        var transport = _transport ??= MakeTransport(Proxy, ProxyCredential);
        return Await(async token =>
        {
            using var http = new PatientHttp(Receiver, transport);
            return await work(new TicketClerk(Desks.Make(Desk, access, http)), token).ConfigureAwait(false);
        });
    }

    private DeskAccess MakeAccess()
    {
        var address = HttpAddress.Read(Uri.OriginalString, nameof(Uri), "the desk", "Give it whole, with https:// in front, as a browser shows it.");
        var (user, secret) = AskVault();
        if (SkipCertificateCheck)
            WriteWarning(SR.CertificateNotChecked.With(Receiver));
        return new DeskAccess(address)
        {
            UserName = Credential?.UserName ?? user,
            Secret = secret ?? (Credential is not null ? new Secret(Credential.Password) : Secret is not null ? new Secret(Secret) : null),
            Group = Group,
            Requester = Requester,
        };
    }
}
