using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Sends a request and returns the replies as they come. On TelecomX it goes to a colleague's client; on RingCentral it is a
/// REST request over the socket.
/// </summary>
[Cmdlet(VerbsCommunications.Send, "PbxRequest", DefaultParameterSetName = RequestSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PbxReply))]
public sealed class SendPbxRequestCommand : ConnectionCmdlet
{
    private const string RequestSet = "Request";
    private const string PathSet = "Path";

    /// <summary>The request's name, such as CommunicatorGetStatus.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = RequestSet)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    [ValidateNotNullOrEmpty]
    public string Request { get; set; } = "";

    /// <summary>The employee it goes to.</summary>
    [Parameter(
        Position = 1,
        ParameterSetName = RequestSet)]
    [Alias("Employee")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? To { get; set; }

    /// <summary>The instance of the employee's client. Default all of them.</summary>
    [Parameter(ParameterSetName = RequestSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? ToInstance { get; set; }

    /// <summary>The path, such as /restapi/v1.0/account/~.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The HTTP method. Default GET.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateSet("GET", "POST", "PUT", "PATCH", "DELETE")]
    public string Method { get; set; } = "GET";

    /// <summary>What goes with it: a hashtable, an object or a plain value.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Data { get; set; }

    /// <summary>How many seconds to wait for replies in all; -1 for as long as the link lives. Default 10.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = 10;

    /// <summary>Ends after this many replies; 0 for all that come until -Timeout. Default 1.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxReplies { get; set; } = 1;

    /// <summary>Waits for the acknowledgement only.</summary>
    [Parameter]
    public SwitchParameter NoReply { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isPath = ParameterSetName == PathSet;
        var request = new PbxRequest
        {
            Request = isPath ? Path : Request,
            Method = Method,
            To = To,
            ToInstance = ToInstance,
            Data = ToJson(Data),
            ExpectsReply = !NoReply,
        };
        foreach (var connection in ResolveConnections())
        {
            if (MaySend(connection, request, isPath))
                Try(() => Send(connection, request), request.To ?? request.Request);
        }
    }

    private void Send(PbxClient connection, PbxRequest request)
    {
        var timeout = Timeout < 0 ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Timeout);
        TakeEach(connection.RequestAsync(request, timeout, MaxReplies == 0 ? int.MaxValue : MaxReplies, StopToken), reply =>
        {
            WriteObject(reply);
            return true;
        });
    }

    /// <summary>Asks before a request that restarts, quits, impersonates or changes; other requests only with -Confirm or -WhatIf.</summary>
    private bool MaySend(PbxClient connection, PbxRequest request, bool isPath)
    {
        var isRisky = isPath ? request.Method != "GET" : KnownRequests.IsRisky(request.Request);
        var isAsked = MyInvocation.BoundParameters.ContainsKey("Confirm")
            || MyInvocation.BoundParameters.ContainsKey("WhatIf")
            || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"))
            || GetVariableValue("ConfirmPreference") is ConfirmImpact.Low or ConfirmImpact.Medium;
        if (!isRisky && !isAsked)
            return true;
        var receiver = isPath ? connection.Server : request.ToInstance ?? SR.RequestEveryInstance.With(request.To);
        return ShouldProcess(receiver, SR.RequestAction.With(isPath ? $"{request.Method} {request.Request}" : request.Request, connection.Name));
    }
}
