<#
.SYNOPSIS
    A listener without a script: missed calls become mails, and a link that is down raises an alert.
.DESCRIPTION
    Copy it and change it. Test-PbxListener tries it without a PBX, Start-PbxListener runs it, and Install-PbxService installs it as a service.
    The keys of each table are parameters of a cmdlet: about_PbxEvents_Listener says which. Secrets appear here only by name and are read with
    Get-Secret of Microsoft.PowerShell.SecretManagement.
#>
@{
    # Stores events, the progress of each reaction, and failures across restarts.
    Journal       = @{ Path = 'pbx.db' }

    Connections   = @(
        @{ Name = 'office'; Provider = 'TelecomX'; Server = 'pbx.example.com'; Credential = 'pbx-office' }
    )

    Subscriptions = @(
        @{ Category = 'Call' }
    )

    Notifiers     = @(
        @{
            Name       = 'helpdesk'
            Mail       = $true
            Server     = 'mail.example.com'
            From       = 'PBX <pbx@example.com>'
            To         = 'helpdesk@example.com'
            SecretName = 'mail-pbx'
        }
    )

    # Use FilePath (a script) or Action (a script block) instead of Notify, Subject and Text if you like.
    Reactions     = @(
        @{
            Name      = 'missed'
            Unreached = $true
            Notify    = 'helpdesk'
            Subject   = 'Caller reached nobody: {Call.From}'
            Text      = '{Call.FromName} {Call.From} called {Call.To} at {Call.StartedAt:HH:mm} and reached nobody ({Call.Outcome}).'
        }
    )

    Alerts        = @(
        @{ Name = 'trouble'; MaxDowntime = '0:10'; MaxDeadLetters = 0; SubscriptionRefused = $true; Notify = 'helpdesk' }
    )

    # Parameters of Wait-PbxReaction: a port for a monitor, a file for the log.
    Wait          = @{ HealthPort = 9464 }
}
