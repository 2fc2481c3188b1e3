using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Actions;

/// <summary>
/// One run of an action, in a pipeline inside the one that runs. There its errors that do not end it come to us; without, they go past
/// every stream to the host, which writes them one behind the other, without the script's line. Pipeline thread.
/// </summary>
/// <param name="action">What runs.</param>
/// <param name="variables">What it finds.</param>
/// <param name="argument">What its first parameter gets.</param>
internal sealed class ActionRun(ScriptBlock action, List<PSVariable> variables, object argument)
{
    private static readonly CmdletInfo Command = new("Invoke-PbxAction", typeof(InvokePbxActionCommand));

    private volatile PowerShell? _shell;
    private Collection<PSObject> _output = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>Runs it.</summary>
    /// <param name="writeError">Gets each error that does not end it, as it comes.</param>
    /// <returns>What the action put out.</returns>
    /// <exception cref="RuntimeException">What the action threw.</exception>
    public IReadOnlyList<PSObject> Run(Action<ErrorRecord> writeError)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.Streams.Error.DataAdded += (errors, added) =>
        {
            var error = ((PSDataCollection<ErrorRecord>)errors!)[added.Index];
            Place(error);
            writeError(error);
        };
        _shell = shell;
        try
        {
            shell.AddCommand(Command).AddParameter(nameof(InvokePbxActionCommand.Run), this).Invoke();
        }
        finally
        {
            _shell = null;
        }
        _failure?.Throw();
        return _output;
    }

    /// <summary>Ends it, if it runs. Any thread; does not wait.</summary>
    public void Stop()
    {
        try
        {
            _shell?.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It came to its end just now.
        }
    }

    /// <summary>
    /// Whoever writes the error puts its own command in the place of the one that failed, but leaves a position for the display. Write-Error
    /// names the script that called the action, which is the line that happened to wait.
    /// </summary>
    private void Place(ErrorRecord error)
    {
        if (error.InvocationInfo is { } place)
            place.DisplayScriptPosition ??= error.Exception.GetType().Name == "WriteErrorException" ? action.Ast.Extent : ScriptLine.ExtentOf(error);
    }

    /// <summary>Runs it in the pipeline at hand, and keeps how it ended.</summary>
    public void Invoke()
    {
        try
        {
            _output = action.InvokeWithContext(null, variables, argument);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
