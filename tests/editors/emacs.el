;;; emacs.el --- A real Emacs with the set-up of docs/editors.md  -*- lexical-binding: t; -*-
;; Usage: emacs --batch -l INIT -l emacs.el PROJECT. Every question goes through Eglot's own commands.
;; Emacs 30 has no colours from the server (Eglot of Emacs 31 will); those of the mode are looked at instead.

(require 'cl-lib)
(require 'flymake)

(defvar project (pop command-line-args-left))
(defvar limit 60)

(defun proved (what) (message "emacs: %s" what))

(defmacro wait-for (what &rest ask)
  "Evaluate ASK until it is something, or say that WHAT never came.
A batch is never idle, so what Emacs would do when it is (Eglot says what has changed) is done here."
  `(let ((end (+ (float-time) limit)) answer)
     (while (not (setq answer (progn ,@ask)))
       (when (> (float-time) end) (error "Waited in vain: %s" ,what))
       (accept-process-output nil 0.05)
       (mapc #'timer-event-handler (copy-sequence timer-idle-list)))
     answer))

(defun jump (text)
  "Put point at the beginning of TEXT."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun has (text) (string-match-p (regexp-quote text) (buffer-string)))

(defun main ()
  (find-file (expand-file-name "checkout.tabi" project))
  ;; `eglot-ensure' begins after the first command, and a batch has none
  (run-hooks 'post-command-hook)
  (wait-for "a server" (eglot-current-server))
  (let ((found (wait-for "a diagnostic" (car (flymake-diagnostics)))))
    (unless (string-match-p (regexp-quote "is written `99.9%`") (flymake-diagnostic-text found)) (error "%S" found))
    (unless (equal (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found)) "99,9%") (error "%S" found))
    (proved "a diagnostic")
    ;; it asks which one, and offers the one that is preferred
    (cl-letf ((last-nonmenu-event ?x) ; from the keyboard, and not with a menu
              ((symbol-function 'completing-read)
               (lambda (_prompt _table _predicate _match _initial _history default &rest _) (if (consp default) (car default) default))))
      (eglot-code-actions (flymake-diagnostic-beg found) (flymake-diagnostic-end found) "quickfix" t)))
  (wait-for "the fix" (and (has "{ target 99.9%") (null (flymake-diagnostics))))
  (proved "a quick fix")

  (jump "target")
  (let (said)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq said (or text ""))))
    (wait-for "a hover" said)
    (unless (string-match-p "99\\.9" said) (error "%S" said)))
  (proved "hover")

  (let ((before (buffer-string)))
    (jump "    sli available")
    (insert "    traff\n")
    (backward-char)
    (completion-at-point)
    (wait-for "the completed word" (progn (jump "    traff") (looking-at-p "    traffic")))
    (erase-buffer)
    (insert before))
  (proved "completion")

  (jump "checkout \"Checkout\"")
  ;; it asks before it edits a file that is not open
  (cl-letf (((symbol-function 'y-or-n-p) #'always)) (eglot-rename "purchase"))
  (save-some-buffers t)
  (unless (has "journey purchase") (error "%s" (buffer-string)))
  (with-temp-buffer
    (insert-file-contents (expand-file-name "delivery.tabi" project))
    (unless (has "delivers purchase") (error "%s" (buffer-string))))
  (proved "rename, over files")

  (eglot-format-buffer)
  (save-some-buffers t)
  (unless (has "\n      target 99.9%") (error "%s" (buffer-string)))
  (proved "formatting")

  ;; what the mode itself would do is what the formatter did
  (let ((before (buffer-string)))
    (indent-region (point-min) (point-max))
    (unless (equal before (buffer-string)) (error "Indented otherwise: %s" (buffer-string))))
  (set-buffer-modified-p nil)
  (font-lock-ensure)
  (dolist (each '(("journey purchase" font-lock-keyword-face) ("\"Checkout\"" font-lock-string-face) ("One mistake" font-lock-comment-face)))
    (jump (car each))
    (unless (memq (cadr each) (ensure-list (get-text-property (point) 'face))) (error "%S: %S" each (get-text-property (point) 'face))))
  (proved "indentation and colours")

  (jump "target 99.9%")
  (dolist (each '((tabi-show-rules "groups:") (tabi-show-alerts "page 1h/5m")))
    (funcall (car each))
    (unless (seq-some (lambda (buffer) (with-current-buffer buffer (and (string-prefix-p "*Tabi:" (buffer-name)) (has (cadr each))))) (buffer-list))
      (error "%S shows nothing" (car each))))
  (proved "generated rules and table of alerts")
  (eglot-shutdown (eglot-current-server)))

(setq debug-on-error nil)
(condition-case problem
    (main)
  (error
   (message "emacs: %s" (error-message-string problem))
   (when-let* ((server (eglot-current-server)))
     (with-current-buffer (jsonrpc-events-buffer server)
       (message "%s" (buffer-substring (max (point-min) (- (point-max) 6000)) (point-max)))))
   (kill-emacs 1)))
(kill-emacs 0)
