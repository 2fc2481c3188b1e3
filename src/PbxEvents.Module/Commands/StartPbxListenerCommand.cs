using System.Management.Automation;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Listener;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Does what a listener file says: opens the journal, connects, subscribes, registers the reactions, and waits as Wait-PbxReaction does. When
/// it ends, what it opened is closed.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "PbxListener", SupportsShouldProcess = true)]
public sealed class StartPbxListenerCommand : ListenerCmdlet
{
    private volatile PowerShell? _running;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var file = ReadFile();
        if (!ShouldProcess(SR.StartListenerTarget.With(file.Path, string.Join(", ", file.Items.Select(i => i.Place))), SR.StartListenerAction))
            return;
        var before = Session.Open;
        try
        {
            var arguments = new ListenerArguments(file, FindSecret);
            foreach (var item in file.Items.Where(i => i.Section.Name is not (ListenerSection.Notifiers or ListenerSection.Wait)))
                Try(item, () => Run(item.Section.Command, arguments.Of(item), isSetUp: true));

            // What ends the wait is no mistake of the file.
            Dictionary<string, object?> wait = [];
            if (file.Items.FirstOrDefault(i => i.Section.Name == ListenerSection.Wait) is { } last)
                Try(last, () => wait = arguments.Of(last));
            Run("Wait-PbxReaction", wait, isSetUp: false);
        }
        finally
        {
            Session.CloseSince(before);
        }
    }

    /// <summary>Runs a cmdlet in this pipeline: what it says and puts out comes as it comes.</summary>
    private void Run(string command, Dictionary<string, object?> arguments, bool isSetUp)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace).AddCommand(command).AddParameters(arguments);
        if (isSetUp)
            shell.AddParameter("ErrorAction", ActionPreference.Stop);
        if (MyInvocation.BoundParameters.TryGetValue("Verbose", out var verbose))
            shell.AddParameter("Verbose", verbose);
        using var output = new PSDataCollection<object>();
        if (!isSetUp)
            Pass(output, WriteObject);
        Pass(shell.Streams.Error, WriteError);
        Pass(shell.Streams.Warning, r => WriteWarning(r.Message));
        Pass(shell.Streams.Verbose, r => WriteVerbose(r.Message));
        Pass(shell.Streams.Information, WriteInformation);
        _running = shell;
        shell.Invoke(null, output);
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        base.StopProcessing();
        try
        {
            _running?.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It came to its end just now.
        }
    }

    /// <summary>What comes in a stream goes on at once. It comes on this thread.</summary>
    private static void Pass<T>(PSDataCollection<T> stream, Action<T> write) => stream.DataAdded += (_, _) =>
    {
        foreach (var item in stream.ReadAll())
            write(item);
    };
}
