using System.Management.Automation;
using System.Text;
using System.Text.Json;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Runs a part of a durable reaction's action once for an event: its output is stored in the journal, and a later attempt gets that instead.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "PbxStep")]
public sealed class InvokePbxStepCommand : PbxCmdlet
{
    private const int MaxOutputBytes = 64 * 1024;

    /// <summary>The step's name, unique in the action.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>What runs.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Session.Attempt is not { } attempt)
        {
            ThrowTerminatingError(ModuleErrors.StepOutside());
            return;
        }
        try
        {
            var kept = attempt.FindStep(Name);
            if (kept is null)
            {
                kept = Run(attempt);
                if (kept is null)
                    return;
            }
            WriteObject(JsonToPSObject.Convert(Encoding.UTF8.GetBytes(kept)), enumerateCollection: true);
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(Name));
        }
    }

    /// <returns>What it gave, as JSON; null when it has written errors that make the try fail.</returns>
    private string? Run(ReactionTry attempt)
    {
        var output = InvokeCommand.InvokeScript(useLocalScope: true, ScriptBlock, null, []);
        if (attempt is { FailOn: PbxFailOn.Error, FirstError: not null })
        {
            // The next try is to run it again.
            WriteObject(output, enumerateCollection: true);
            return null;
        }
        try
        {
            var json = Encoding.UTF8.GetString(PSObjectToJson.Convert(output, isStrict: true).Span);
            if (Encoding.UTF8.GetByteCount(json) > MaxOutputBytes)
                ThrowTerminatingError(ModuleErrors.StepOutputTooLarge(Name, Encoding.UTF8.GetByteCount(json)));
            attempt.SaveStep(Name, json);
            return json;
        }
        catch (JsonException e)
        {
            ThrowTerminatingError(ModuleErrors.StepOutputNotJson(Name, e.Message));
            throw;
        }
    }
}
