using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Commands;

/// <summary>Shows a platform's event catalogue: every event with its fields and the right it needs. Needs no connection.</summary>
[Cmdlet(VerbsCommon.Get, "PbxEventType")]
[OutputType(typeof(PbxEventType))]
public sealed class GetPbxEventTypeCommand : PbxCmdlet
{
    /// <summary>The events' names; wildcards allowed. Default all.</summary>
    [Parameter(Position = 0)]
    [Alias("EventName")]
    [ArgumentCompleter(typeof(EventNameCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The platforms; wildcards allowed. Default: the connected one, else all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Provider { get; set; }

    /// <summary>Only events of these categories.</summary>
    [Parameter]
    public PbxCategory[]? Category { get; set; }

    /// <summary>Only events of these topics of the platform; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TopicCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Topic { get; set; }

    /// <summary>Only events that a subscription to these categories brings.</summary>
    [Parameter]
    [Alias("Type")]
    public PbxSubscriptionType[]? SubscribeWith { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var topics = new TextPatterns(Topic);
        var types = Providers().SelectMany(p => p.EventTypes).Where(t =>
            topics.IsMatch(t.Topic)
            && (Category is null || Category.Contains(t.Category))
            && (SubscribeWith is null || (t.Subscription is { } type && SubscribeWith.Contains(type)))).ToArray();
        foreach (var name in Name)
        {
            var pattern = new TextPatterns([name]);
            var found = types.Where(t => pattern.IsMatch(t.Name)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(ModuleErrors.EventTypeNotFound(name));
            WriteObject(found, enumerateCollection: true);
        }
    }

    private List<PbxProvider> Providers()
    {
        if (Provider is null)
            return Session.Default is { } connection ? [connection.Platform] : [.. PbxProviders.All];
        var found = new List<PbxProvider>();
        foreach (var name in Provider)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
                found.AddRange(PbxProviders.All.Where(p => new TextPatterns([name]).IsMatch(p.Name)));
            else
                Try(() => found.Add(PbxProviders.Get(name)), name);
        }
        return found;
    }
}
