using System.Management.Automation;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Arguments;

/// <summary>
/// Says what is wrong when something else than a script block stands where the action does: with <c>-Topic</c> a type of the common
/// vocabulary gets there, and PowerShell's own message speaks of an action that nobody gave.
/// </summary>
public sealed class ActionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var word = value is object[] { Length: > 0 } several ? several[0] : value;
        return word is string or PbxSubscriptionType && Enum.TryParse<PbxSubscriptionType>($"{word}", ignoreCase: true, out var type)
            ? throw new ArgumentTransformationMetadataException(SR.TypeWithTopic.With(type))
            : inputData;
    }
}
