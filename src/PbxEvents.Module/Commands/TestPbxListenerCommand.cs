using System.Collections.ObjectModel;
using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Listener;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Tries a listener file without a PBX: its mistakes first; then each connection goes to a simulator, calls of every kind are played, and each
/// reaction's action runs for those that fit, with <c>$WhatIfPreference</c> set.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PbxListener")]
[OutputType(typeof(PbxReactionTest))]
public sealed class TestPbxListenerCommand : ListenerCmdlet
{
    /// <summary>Tries each action on so many events at most. Default 3.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxEvents { get; set; } = 3;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var file = ReadFile();
        var arguments = new ListenerArguments(file, FindSecret);
        var actions = file.Items.Where(i => i.Section.Name == "Reactions" || (i.Section.Name == "Subscriptions" && i.Values.ContainsKey("Action"))).ToArray();
        using var trial = new ListenerTrial(Invoke);
        trial.Begin();
        foreach (var item in file.Items.Where(i => i.Section.Name == "Connections"))
            Do(item, () => trial.Connect(item));
        foreach (var item in file.Items.Where(i => i.Section.Name == "Subscriptions"))
            Do(item, () => trial.Subscribe(arguments.Of(item)));
        WriteVerbose(SR.ListenerPlays);
        trial.Play(actions);
        foreach (var item in actions)
        {
            Do(item, () =>
            {
                var tests = (item.Notify is null ? trial.Try(item, arguments.Of(item), MaxEvents) : trial.TryTelling(item, arguments.WithoutNotify(item), MaxEvents)).ToArray();
                WriteObject(tests, enumerateCollection: true);
                if (tests.Length == 0)
                    WriteWarning(SR.ListenerNothingFits.With(item.Name ?? item.Place));
            });
        }
    }

    private Collection<PSObject> Invoke(PowerShell shell)
    {
        var result = Await(async token =>
        {
            await using var stop = token.Register(() => shell.BeginStop(null, null));
            return await Task.Run(() => shell.Invoke(), CancellationToken.None);
        });
        foreach (var warning in shell.Streams.Warning)
            WriteWarning(warning.Message);
        return result;
    }

    private void Do(ListenerItem item, Action work)
    {
        WriteVerbose(SR.ListenerTries.With(item.Place));
        Try(item, work);
    }
}
