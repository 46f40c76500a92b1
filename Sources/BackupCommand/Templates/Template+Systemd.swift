extension Template {
    /// A script that puts a timer, its service and their settings onto a machine.
    ///
    /// <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html>
    static func systemdScript(for subject: Subject) -> String {
        #"""
        #!/bin/sh
        # Lets this machine back a Microsoft Entra tenant up every night. Made by tenantkeep init systemd.
        # Run it as root; it never replaces settings that are there. DESTDIR=folder writes below that
        # folder and starts nothing.
        #
        # The program belongs to /usr/local/bin/tenantkeep. Sign-in needs no secret on an Azure or Arc
        # machine: its managed identity reads the tenant. Elsewhere, give the application's certificate
        # in /etc/tenantkeep/environment. Grant either what is read:
        #   tenantkeep init permissions \#(subject.typeOptions)
        set -eu
        root=${DESTDIR:-}
        units=$root/etc/systemd/system
        settings=$root/etc/tenantkeep
        mkdir -p "$units" "$settings"

        cat >"$units/tenantkeep.service" <<'END'
        [Unit]
        Description=Backup of the Microsoft Entra tenant
        Wants=network-online.target
        After=network-online.target
        OnFailure=tenantkeep-failed@%n.service

        [Service]
        Type=oneshot
        ExecStart=/usr/local/bin/tenantkeep backup --config /etc/tenantkeep/tenantkeep.yaml
        EnvironmentFile=/etc/tenantkeep/environment
        # Incomplete (3) is a warning in the journal, and no failure.
        SuccessExitStatus=3
        ExecStopPost=/bin/sh -c 'if [ "$$EXIT_STATUS" = 3 ]; then echo "<4>The backup is incomplete; above is what was kept or skipped, and why."; fi'
        TimeoutStartSec=12h
        DynamicUser=yes
        StateDirectory=tenantkeep
        StateDirectoryMode=0700
        WorkingDirectory=/var/lib/tenantkeep
        UMask=0077
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
        RestrictNamespaces=yes
        LockPersonality=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        SystemCallFilter=@system-service
        END

        cat >"$units/tenantkeep.timer" <<'END'
        [Unit]
        Description=Nightly backup of the Microsoft Entra tenant

        [Timer]
        OnCalendar=*-*-* 02:00:00
        RandomizedDelaySec=15min
        Persistent=yes

        [Install]
        WantedBy=timers.target
        END

        cat >"$units/tenantkeep-failed@.service" <<'END'
        [Unit]
        Description=Notice that %i failed

        [Service]
        Type=oneshot
        # To root by mail where there is a mail program; to everybody who is signed in, too.
        ExecStart=/bin/sh -c 'text="%i failed on %H. See: journalctl -u %i"; wall "$$text"; if command -v mail >/dev/null; then echo "$$text" | mail -s "%i failed" root; fi'
        END

        if [ ! -e "$settings/tenantkeep.yaml" ]; then
        cat >"$settings/tenantkeep.yaml" <<'END'
        repo: /var/lib/tenantkeep/tenant.git
        types: [\#(subject.types.joined(separator: ", "))]
        exclude: [\#(subject.exclude.joined(separator: ", "))]
        # notify: {onFailure: https://…, onSuccess: https://…}
        END
        fi

        if [ ! -e "$settings/environment" ]; then
        (
        umask 077
        cat >"$settings/environment" <<'END'
        AZURE_TENANT_ID=
        # The machine's managed identity. AZURE_CLIENT_ID names one that was assigned by a user.
        TENANTKEEP_AUTH=managed-identity
        # A certificate instead: copy it to /etc/tenantkeep/certificate.pem, make it root's alone, add
        # LoadCredential=certificate:/etc/tenantkeep/certificate.pem to the service, and say
        # TENANTKEEP_AUTH=certificate
        # AZURE_CLIENT_ID=
        # AZURE_CLIENT_CERTIFICATE_PATH=/run/credentials/tenantkeep.service/certificate
        END
        )
        fi

        if [ -n "$root" ]; then exit 0; fi
        systemctl daemon-reload
        systemctl enable --now tenantkeep.timer
        echo "Fill in AZURE_TENANT_ID in /etc/tenantkeep/environment, then try: systemctl start tenantkeep"

        """#
    }
}
