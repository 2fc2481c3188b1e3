<#
.SYNOPSIS
    A minimal ticket system for the examples: accepts POST /tickets/ on loopback and stores the tickets.
.DESCRIPTION
    Dot-source this file. Start-TicketDesk opens a desk on a free port and returns an object with its Uri; Receive-Ticket shows
    new tickets since the last time; Stop-TicketDesk closes it.
#>
#requires -Version 7.6


function Start-TicketDesk {
    [CmdletBinding(SupportsShouldProcess)]
    param()

    if (-not $PSCmdlet.ShouldProcess('127.0.0.1', 'Open a ticket desk')) { return }
    for ($try = 1; ; $try++) {
        $probe = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $probe.Start()
        $uri = "http://127.0.0.1:$($probe.LocalEndpoint.Port)/tickets/"
        $probe.Stop()
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add($uri)
        try {
            $listener.Start()
            break
        }
        catch [System.Net.HttpListenerException] {
            # Another program took the port between the two calls.
            if ($try -eq 5) { throw }
        }
    }
    $job = Start-ThreadJob {
        $desk = $using:listener
        $number = 0
        while ($desk.IsListening) {
            try { $context = $desk.GetContext() }
            catch { break }
            $body = [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd()
            $number++
            $body | ConvertFrom-Json | Select-Object @{ Name = 'number'; Expression = { $number } }, *
            $answer = [System.Text.Encoding]::UTF8.GetBytes("{`"number`":$number}")
            $context.Response.StatusCode = 201
            $context.Response.ContentType = 'application/json'
            $context.Response.Close($answer, $false)
        }
    }
    [pscustomobject]@{ Uri = $uri; Listener = $listener; Job = $job }
}

function Receive-Ticket {
    [CmdletBinding()]
    param([Parameter(Mandatory, ValueFromPipeline)] $Desk)

    process { Receive-Job $Desk.Job }
}

function Stop-TicketDesk {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, ValueFromPipeline)] $Desk)

    process {
        if (-not $PSCmdlet.ShouldProcess($Desk.Uri, 'Close the ticket desk')) { return }
        $Desk.Listener.Close()
        # The job ends with its listener; one that is removed while it ends cannot always be.
        $null = Wait-Job $Desk.Job -Timeout 5
        Remove-Job $Desk.Job -Force
    }
}
