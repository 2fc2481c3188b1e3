# A web service for tests that keeps what is posted to it. Dot-source it after Support.ps1. Posts to /status/<code>/... get that status.

function Start-Hook {
    $root = "http://127.0.0.1:$(Get-FreePort)"
    $listener = [System.Net.HttpListener]::new()
    $listener.Prefixes.Add("$root/")
    $listener.Start()
    $posts = [System.Collections.Concurrent.ConcurrentQueue[object]]::new()
    $job = Start-ThreadJob {
        $listener = $using:listener
        while ($listener.IsListening) {
            try { $context = $listener.GetContext() }
            catch { break }
            $reader = [System.IO.StreamReader]::new($context.Request.InputStream, [System.Text.Encoding]::UTF8)
            $headers = @{}
            foreach ($name in $context.Request.Headers.AllKeys) { $headers[$name] = $context.Request.Headers[$name] }
            ($using:posts).Enqueue([pscustomobject]@{ Path = $context.Request.RawUrl; Headers = $headers; Body = $reader.ReadToEnd() })
            if ($context.Request.RawUrl -match '^/status/(\d+)') { $context.Response.StatusCode = [int]$Matches[1] }
            $context.Response.Close([System.Text.Encoding]::UTF8.GetBytes("said by the hook for $($context.Request.RawUrl)"), $false)
        }
    }
    [pscustomobject]@{ Root = $root; Posts = $posts; Listener = $listener; Job = $job }
}

function Stop-Hook {
    param($Hook)

    $Hook.Listener.Close()
    $null = Wait-Job $Hook.Job -Timeout 5
    Remove-Job $Hook.Job -Force
}
