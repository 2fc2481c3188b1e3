using System.Collections;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the services that are installed on this machine as systemd units.</summary>
public sealed class ServiceCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound)
    {
        if (OperatingSystem.IsWindows())
            return [];
        try
        {
            return SystemdServices.In(bound["Folder"] is string folder ? Path.GetFullPath(folder) : null).GetAll().Select(s => new Candidate(s.Name, $"{s.State} {s.FilePath}"));
        }
        catch (PbxException)
        {
            // A completion is no place to say that systemd does not answer.
            return [];
        }
    }
}
